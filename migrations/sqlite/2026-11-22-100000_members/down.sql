DROP TABLE site_facts;
DROP TABLE audit_events;
DROP TABLE tier_changes;
DROP TABLE member_roles;
DROP TABLE members;
