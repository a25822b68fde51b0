//! Cases in the database.

use diesel::prelude::*;

use super::rules::{Class, Hint, Kind, Place, Reason, State};
use crate::clock::Time;
use crate::db::schema::{consent_texts, document_cases, document_hints, evidence};
use crate::db::{Conn, decode};
use crate::members::MemberId;
use crate::verification::{CaseId, EvidenceId};

/// One attempt to have a document checked. What was typed stays sealed.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its number.
    pub id: CaseId,
    /// Whose it is.
    pub member: MemberId,
    /// Under which version of the policy.
    pub policy_version: i64,
    /// Where it stands, and who may take it.
    pub place: Place,
    /// The kind of document, once it is chosen.
    pub kind: Option<Kind>,
    /// The country that issued it, as two letters (ISO 3166-1).
    pub country: Option<String>,
    /// How often something better was asked for.
    pub resubmissions: i64,
    /// When the member agreed.
    pub consented_at: Time,
    /// When the member last went on.
    pub touched_at: Time,
    /// Since when it waits for an agent.
    pub waiting_since: Option<Time>,
    /// Who holds it, and until when.
    pub claim: Option<(MemberId, Time)>,
    /// When it was first sent off.
    pub submitted_at: Option<Time>,
    /// When it was decided.
    pub decided_at: Option<Time>,
    /// Why it is not approved.
    pub reason: Option<Reason>,
    /// When the member appealed.
    pub appealed_at: Option<Time>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = document_cases)]
struct Row {
    id: CaseId,
    member_id: MemberId,
    policy_version: i64,
    state: String,
    class: String,
    kind: Option<String>,
    country: Option<String>,
    resubmissions: i64,
    consented_at: Time,
    touched_at: Time,
    waiting_since: Option<Time>,
    claimed_by: Option<MemberId>,
    claimed_until: Option<Time>,
    submitted_at: Option<Time>,
    decided_at: Option<Time>,
    reason: Option<String>,
    appealed_at: Option<Time>,
}

impl Row {
    fn read(self) -> QueryResult<Case> {
        Ok(Case {
            id: self.id,
            member: self.member_id,
            policy_version: self.policy_version,
            place: (decode(&self.state, State::parse)?, decode(&self.class, Class::parse)?),
            kind: self.kind.as_deref().map(|kind| decode(kind, Kind::parse)).transpose()?,
            country: self.country,
            resubmissions: self.resubmissions,
            consented_at: self.consented_at,
            touched_at: self.touched_at,
            waiting_since: self.waiting_since,
            claim: self.claimed_by.zip(self.claimed_until),
            submitted_at: self.submitted_at,
            decided_at: self.decided_at,
            reason: self.reason.as_deref().map(|reason| decode(reason, Reason::parse)).transpose()?,
            appealed_at: self.appealed_at,
        })
    }
}

/// One case.
pub fn find(conn: &mut Conn, id: CaseId) -> QueryResult<Option<Case>> {
    let row = document_cases::table.find(id).select(Row::as_select()).first(conn).optional()?;
    row.map(Row::read).transpose()
}

/// The newest attempt of a member.
pub fn newest_of(conn: &mut Conn, member: MemberId) -> QueryResult<Option<Case>> {
    let row = document_cases::table
        .filter(document_cases::member_id.eq(member))
        .order(document_cases::id.desc())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(Row::read).transpose()
}

/// The words that a member agrees to.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Consent {
    /// Their version.
    pub version: i64,
    /// When they were published.
    pub published_at: Time,
    /// The words: parts with an empty line between them, each beginning with its heading.
    pub words: String,
    /// Their SHA-256.
    pub hash: String,
}

/// The newest words.
pub fn newest_consent(conn: &mut Conn) -> QueryResult<Consent> {
    consent_texts::table.order(consent_texts::version.desc()).first(conn)
}

/// How many attempts a member began since then.
pub fn count_since(conn: &mut Conn, member: MemberId, since: Time) -> QueryResult<i64> {
    document_cases::table
        .filter(document_cases::member_id.eq(member))
        .filter(document_cases::consented_at.gt(since))
        .count()
        .get_result(conn)
}

/// Begins an attempt of a member who agreed to these words.
pub fn insert(
    conn: &mut Conn,
    member: MemberId,
    policy_version: i64,
    consent: &Consent,
    now: Time,
) -> QueryResult<CaseId> {
    diesel::insert_into(document_cases::table)
        .values((
            document_cases::member_id.eq(member),
            document_cases::policy_version.eq(policy_version),
            document_cases::state.eq(State::Consented.code()),
            document_cases::consent_version.eq(consent.version),
            document_cases::consent_hash.eq(&consent.hash),
            document_cases::consented_at.eq(now),
            document_cases::touched_at.eq(now),
        ))
        .returning(document_cases::id)
        .get_result(conn)
}

/// Holds a case until the transaction ends, and says whether it is there.
pub fn hold(conn: &mut Conn, id: CaseId) -> QueryResult<bool> {
    let held = diesel::update(document_cases::table.find(id))
        .set(document_cases::touched_at.eq(document_cases::touched_at))
        .execute(conn)?;
    Ok(held == 1)
}

/// Moves a case that its member touched; whoever held it holds it no more.
pub fn put(conn: &mut Conn, id: CaseId, (state, class): Place, now: Time) -> QueryResult<()> {
    diesel::update(document_cases::table.find(id))
        .set((
            document_cases::state.eq(state.code()),
            document_cases::class.eq(class.code()),
            document_cases::touched_at.eq(now),
            document_cases::claimed_by.eq(None::<MemberId>),
            document_cases::claimed_until.eq(None::<Time>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Notes which document it is. What was typed of another goes.
pub fn choose(conn: &mut Conn, id: CaseId, kind: Kind, country: &str) -> QueryResult<()> {
    diesel::update(document_cases::table.find(id))
        .set((
            document_cases::kind.eq(kind.code()),
            document_cases::country.eq(country),
            document_cases::sealed_details.eq(None::<Vec<u8>>),
            document_cases::number_index.eq(None::<String>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Keeps what was typed.
pub fn set_details(conn: &mut Conn, id: CaseId, sealed: &[u8], index: &str) -> QueryResult<()> {
    diesel::update(document_cases::table.find(id))
        .set((document_cases::sealed_details.eq(sealed), document_cases::number_index.eq(index)))
        .execute(conn)
        .map(|_| ())
}

/// What was typed, sealed.
pub fn details(conn: &mut Conn, id: CaseId) -> QueryResult<Option<Vec<u8>>> {
    document_cases::table.find(id).select(document_cases::sealed_details).first(conn)
}

/// Drops what was typed.
pub fn drop_details(conn: &mut Conn, id: CaseId) -> QueryResult<()> {
    diesel::update(document_cases::table.find(id))
        .set((
            document_cases::sealed_details.eq(None::<Vec<u8>>),
            document_cases::number_index.eq(None::<String>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Whether another account showed a document with this index that was not taken back.
pub fn is_elsewhere(conn: &mut Conn, index: &str, member: MemberId) -> QueryResult<bool> {
    let others = document_cases::table
        .filter(document_cases::number_index.eq(index))
        .filter(document_cases::member_id.ne(member));
    diesel::select(diesel::dsl::exists(others)).get_result(conn)
}

/// Puts a case into the queue.
pub fn wait(conn: &mut Conn, case: &Case, now: Time) -> QueryResult<()> {
    diesel::update(document_cases::table.find(case.id))
        .set((
            document_cases::waiting_since.eq(now),
            document_cases::submitted_at.eq(case.submitted_at.unwrap_or(now)),
            document_cases::decided_at.eq(None::<Time>),
            document_cases::reason.eq(None::<String>),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Puts an appeal into the queue, with its words.
pub fn appeal(conn: &mut Conn, id: CaseId, sealed: &[u8], now: Time) -> QueryResult<()> {
    diesel::update(document_cases::table.find(id))
        .set((
            document_cases::waiting_since.eq(now),
            document_cases::appealed_at.eq(now),
            document_cases::sealed_appeal.eq(sealed),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Cases with which their members did not go on since then.
pub fn forgotten(conn: &mut Conn, since: Time, limit: i64) -> QueryResult<Vec<CaseId>> {
    let with_member = State::ALL.into_iter().filter(|state| state.is_with_member()).map(State::code);
    document_cases::table
        .filter(document_cases::state.eq_any(with_member))
        .filter(document_cases::touched_at.le(since))
        .order(document_cases::id)
        .limit(limit)
        .select(document_cases::id)
        .load(conn)
}

/// Notes what might be better about an image.
pub fn note_hints(conn: &mut Conn, image: EvidenceId, hints: &[Hint]) -> QueryResult<()> {
    let codes: Vec<_> = hints.iter().map(|hint| hint.code()).collect();
    diesel::insert_into(document_hints::table)
        .values((document_hints::evidence_id.eq(image), document_hints::hints.eq(codes.join(" "))))
        .execute(conn)
        .map(|_| ())
}

/// What might be better about the images of a case.
pub fn hints(conn: &mut Conn, case: CaseId) -> QueryResult<Vec<(EvidenceId, Vec<Hint>)>> {
    let rows: Vec<(EvidenceId, String)> = document_hints::table
        .inner_join(evidence::table.on(evidence::id.eq(document_hints::evidence_id)))
        .filter(evidence::case_id.eq(case))
        .select((document_hints::evidence_id, document_hints::hints))
        .load(conn)?;
    let read = |(image, codes): (EvidenceId, String)| {
        let hints: QueryResult<Vec<_>> =
            codes.split_whitespace().map(|code| decode(code, Hint::parse)).collect();
        Ok((image, hints?))
    };
    rows.into_iter().map(read).collect()
}
