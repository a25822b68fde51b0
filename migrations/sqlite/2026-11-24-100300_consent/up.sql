-- What a member agrees to before anything is sent. The hash is the SHA-256 of the words.
INSERT INTO consent_texts (version, published_at, words, words_hash) VALUES (1, '2026-11-24 00:00:00', 'It is your choice
Showing a document is optional. Your account is not affected in any way if you do not, if you stop half way or if it is not accepted: you keep every right, rank and tier, and only the badge will not be shown.

What we keep
Photographs of the document that you choose, and what you type of it: your names, your date of birth, the number, the date of expiry, your nationality and the machine-readable zone. All of it is sealed, with a key that is kept outside the database. A picture''s own data, such as where it was taken, is dropped before it is sealed.

Who sees it
You, and the agent who has your case at that moment. If a second opinion is needed, or if you appeal, another agent sees it too. Every look is written down, and you can read when it was and in which role. No machine compares faces, and nothing is sold or handed on.

When it is destroyed
The photographs are destroyed 7 days after the decision, at once if you ask for it, and never later than 30 days after you send them. You get a signed receipt for each. What you typed is kept, sealed, with your account once it is decided, so that the badge can say what was checked and an appeal can be answered; it goes with the account. If you take the document back before it is decided, or do not go on for 7 days, all of it goes at once.

What stays
That you agreed to these words, and when. Once it is decided also what was decided, and why; and a fingerprint of the document''s number, which tells whether the same document was shown under another account. The number cannot be read from it.

You can change your mind
You can take the document back at any time, on the same page on which you see how it stands. That destroys what you sent.', '1a01becc426011eaf41833edd8de37e4d1154a5cbb3ab0e562f8f2d82695fe25');

-- What might be better about an image, as its member reads it before sending it off: codes with spaces between.
CREATE TABLE document_hints (
    evidence_id BIGINT NOT NULL PRIMARY KEY REFERENCES evidence (id),
    hints TEXT NOT NULL
);
