DROP TABLE test_arms;
DROP TABLE newcomer_tests;
DROP TABLE board_gates;
