-- Published versions never change: what is checked, and how long it counts.
CREATE TABLE badge_policies (
    badge TEXT NOT NULL CHECK (badge IN ('phone-verified', 'identity-verified', 'payment-method-verified', 'background-check-passed')),
    version BIGINT NOT NULL CHECK (version > 0),
    published_at TIMESTAMP NOT NULL,
    valid_months BIGINT CHECK (valid_months > 0),
    checked TEXT NOT NULL,
    PRIMARY KEY (badge, version)
);
INSERT INTO badge_policies (badge, version, published_at, valid_months, checked) VALUES
    ('phone-verified', 1, '2026-01-15 00:00:00', NULL, 'a code sent to the phone number and typed in'),
    ('identity-verified', 1, '2026-01-15 00:00:00', 12, 'document'),
    ('identity-verified', 2, '2026-06-01 00:00:00', 24, 'document and live call'),
    ('payment-method-verified', 1, '2026-01-15 00:00:00', NULL, 'told by the marketplace that a payment method was charged'),
    ('background-check-passed', 1, '2026-01-15 00:00:00', 12, 'an outside agency reported the check as passed');

-- A badge is a checked fact with dates. An active grant binds the display name: `active_name` repeats
-- the bound name while the grant is active, and its key to members refuses any other name.
CREATE TABLE badge_grants (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL REFERENCES members (id),
    badge TEXT NOT NULL,
    policy_version BIGINT NOT NULL,
    bound_name TEXT NOT NULL,
    active_name TEXT,
    state TEXT NOT NULL CHECK (state IN ('settling', 'embargoed', 'active', 'suspended', 'expired', 'superseded', 'revoked')),
    granted_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP,
    origin TEXT NOT NULL CHECK (origin IN ('import', 'checks')),
    FOREIGN KEY (badge, policy_version) REFERENCES badge_policies (badge, version),
    FOREIGN KEY (member_id, active_name) REFERENCES members (id, name),
    CHECK ((state = 'active') = (active_name IS NOT NULL)),
    CHECK (active_name IS NULL OR active_name = bound_name)
);
CREATE UNIQUE INDEX badge_grants_one_active ON badge_grants (member_id, badge) WHERE state = 'active';
CREATE INDEX badge_grants_shown ON badge_grants (badge, state);
CREATE INDEX badge_grants_of_member ON badge_grants (member_id, id);
