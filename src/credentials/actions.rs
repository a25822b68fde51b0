//! Issuing, ending and handing out; and the keys that sign.

use std::sync::Arc;

use data_encoding::BASE64URL_NOPAD;

use super::document::{Issuer, Purpose};
use super::rules::{self, ENTRIES, FULL, LINKS, Standing, Verdict, standing};
use super::signing::{self, Drawn, Signer, Token};
use super::store::{self, Credential, NewCredential};
use super::{LinkId, bits};
use crate::badges::rules::Badge;
use crate::badges::store as badges;
use crate::clock::Time;
use crate::db::{Conn, Db};
use crate::error::Error;
use crate::members::MemberId;
use crate::members::audit::store as audit;
use crate::sealing::Keys;
use crate::tokens;

/// Tries to find a free place: half of a list is free, so that this many fail once in a billion times.
const TRIES: usize = 30;
/// The kind of token that a credential is (Open Badges 3.0).
const CREDENTIAL: &str = "JWT";
/// The kind of token that a status list is (Securing Verifiable Credentials using JOSE and COSE).
const LIST: &str = "vc+jwt";

fn context(name: &str) -> String {
    format!("credential_keys.sealed {name}")
}

/// What signs now, where there is a key.
///
/// # Errors
/// When it does not open, or the database fails.
pub fn signer(conn: &mut Conn, keys: &Keys) -> Result<Option<Signer>, Error> {
    let Some((name, sealed)) = store::signing_key(conn)? else { return Ok(None) };
    let private = keys.unseal(&context(&name), &sealed)?;
    Signer::open(name, &private).map(Some)
}

fn keep(conn: &mut Conn, keys: &Keys, drawn: &Drawn, now: Time) -> Result<(), Error> {
    let sealed = keys.seal(&context(&drawn.public.name), &drawn.private)?;
    Ok(store::add_key(conn, &drawn.public, &sealed, now)?)
}

/// Makes the first key where there is none. Of two who do at once, one key is kept.
///
/// # Errors
/// When the database fails.
pub async fn prepare(db: &Db, keys: &Arc<Keys>, now: Time) -> Result<(), Error> {
    if db.read(|conn| Ok(store::signing_key(conn)?.is_some())).await? {
        return Ok(());
    }
    let drawn = tokio::task::spawn_blocking(signing::draw)
        .await
        .map_err(|cause| Error::internal(format!("drawing a key broke off: {cause}")))??;
    let keys = Arc::clone(keys);
    db.write(move |conn| keep(conn, &keys, &drawn, now)).await
}

/// Puts a new key in the place of the one that signs, where there is one, and says whether. What the old one signed
/// can still be checked.
///
/// # Errors
/// When the database fails.
pub fn rotate(conn: &mut Conn, keys: &Keys, drawn: &Drawn, now: Time) -> Result<bool, Error> {
    if store::retire_key(conn, now)? == 0 {
        return Ok(false);
    }
    keep(conn, keys, drawn, now)?;
    Ok(true)
}

/// Where a credential stands now.
///
/// # Errors
/// When the database fails.
pub fn standing_of(conn: &mut Conn, credential: &Credential, now: Time) -> Result<Standing, Error> {
    let shown = badges::public_grant(conn, credential.member, Badge::IdentityVerified, now)?;
    let is_shown = shown.is_some_and(|shown| shown.id == credential.grant);
    Ok(standing(credential.ended_at.is_some(), credential.state, is_shown, credential.expires_at, now))
}

/// Issues a credential of the badge that a member shows. Where they have one of the same grant, it stays.
///
/// # Errors
/// [`Error::Refused`] when there is no badge to show.
pub fn issue(conn: &mut Conn, member: MemberId, now: Time) -> Result<(), Error> {
    let shown = badges::public_grant(conn, member, Badge::IdentityVerified, now)?;
    let shown = shown.ok_or_else(|| Error::refused("There is no badge on your profile to take along."))?;
    if store::newest_of(conn, member)?.is_some_and(|standing| standing.grant == shown.id) {
        return Ok(());
    }
    // What was issued of an earlier grant ends with it.
    store::end(conn, member, now)?;
    let newest = store::newest_list(conn)?.max(1);
    let list = if store::count_in(conn, newest)? < FULL { newest } else { newest + 1 };
    let name = tokens::request_id()?;
    for _ in 0..TRIES {
        let new = NewCredential {
            name: &name,
            member,
            grant: shown.id,
            bound_name: &shown.bound_name,
            list,
            place: random_place()?,
            issued_at: now,
        };
        if store::insert(conn, &new)? {
            let subject = format!("member {}", member.0);
            return Ok(audit::add(conn, Some(member), "issue credential", &subject, "", now)?);
        }
    }
    Err(Error::Busy)
}

/// A place that nobody can foretell. The number of places divides 2^32, so that each is as likely.
fn random_place() -> Result<i64, Error> {
    let mut bytes = [0; 4];
    getrandom::fill(&mut bytes).map_err(|cause| Error::internal(format!("no randomness: {cause}")))?;
    Ok(i64::from(u32::from_le_bytes(bytes)) % ENTRIES)
}

/// Ends a member's credential: the status list says so from now on, and its links lead nowhere.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn end(conn: &mut Conn, member: MemberId, now: Time) -> Result<(), Error> {
    if store::end(conn, member, now)? == 0 {
        return Err(Error::NotFound);
    }
    Ok(audit::add(conn, Some(member), "end credential", &format!("member {}", member.0), "", now)?)
}

/// A credential, signed.
///
/// # Errors
/// When there is no key, or the database fails.
pub fn signed(
    conn: &mut Conn,
    keys: &Keys,
    issuer: &Issuer,
    credential: &Credential,
) -> Result<String, Error> {
    let signer = signer(conn, keys)?.ok_or(Error::NotFound)?;
    signer.token(CREDENTIAL, &issuer.kid(&signer.name), &issuer.credential(credential))
}

/// A status list of this moment, signed.
///
/// # Errors
/// [`Error::NotFound`] when there is no such list.
pub fn status_list(
    conn: &mut Conn,
    keys: &Keys,
    issuer: &Issuer,
    (list, purpose): (i64, Purpose),
    now: Time,
) -> Result<String, Error> {
    let signer = signer(conn, keys)?.ok_or(Error::NotFound)?;
    if list < 1 || list > store::newest_list(conn)? {
        return Err(Error::NotFound);
    }
    let shown = badges::public_grants(conn, Badge::IdentityVerified, now)?;
    let set = store::entries(conn, list)?.into_iter().filter(|entry| {
        let is_shown = shown.contains(&entry.grant);
        let standing = standing(entry.is_ended, entry.state, is_shown, entry.expires_at, now);
        match purpose {
            Purpose::Revocation => standing.is_revoked(),
            Purpose::Suspension => standing.is_suspended(),
        }
    });
    let bits = bits::encode(set.map(|entry| entry.place))?;
    signer.token(LIST, &issuer.kid(&signer.name), &issuer.status(list, purpose, &bits, now))
}

/// What a link ends with. It follows from its number and the site's key, so that the member can be shown it again
/// though the database holds no more than its hash.
#[must_use]
pub fn link(keys: &Keys, id: LinkId) -> String {
    BASE64URL_NOPAD.encode(&keys.mac("credential link", &[&id.0.to_string()]))
}

/// Makes a link that shows a member's credential.
///
/// # Errors
/// [`Error::NotFound`] without a credential, [`Error::Refused`] when there are too many links.
pub fn make_link(
    conn: &mut Conn,
    keys: &Keys,
    member: MemberId,
    label: &str,
    now: Time,
) -> Result<(), Error> {
    let credential = store::newest_of(conn, member)?.ok_or(Error::NotFound)?;
    let standing = i64::try_from(store::links_of(conn, credential.id)?.len()).unwrap_or(LINKS);
    if standing >= LINKS {
        return Err(Error::refused("You have 20 links. End one that you do not need any more."));
    }
    let unknown = tokens::Token::new()?.hash();
    let id = store::add_link(conn, credential.id, label, &unknown, now)?;
    store::set_link(conn, id, &tokens::hash(&link(keys, id)))?;
    Ok(())
}

/// Ends a link of a member's.
///
/// # Errors
/// [`Error::NotFound`] when it is none of theirs.
pub fn end_link(conn: &mut Conn, member: MemberId, id: LinkId, now: Time) -> Result<(), Error> {
    if store::end_link(conn, member, id, now)? { Ok(()) } else { Err(Error::NotFound) }
}

/// The credential that a link shows.
///
/// # Errors
/// [`Error::NotFound`] when it leads nowhere.
pub fn linked(conn: &mut Conn, token: &str) -> Result<Credential, Error> {
    let id = store::linked(conn, &tokens::hash(token))?.ok_or(Error::NotFound)?;
    let found = store::find(conn, id)?;
    found.filter(|credential| credential.ended_at.is_none()).ok_or(Error::NotFound)
}

/// What a check found, and what the credential says where it is ours.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it found.
    pub verdict: Verdict,
    /// The credential.
    pub credential: Option<Credential>,
}

impl From<Verdict> for Checked {
    fn from(verdict: Verdict) -> Self {
        Self { verdict, credential: None }
    }
}

/// Checks what somebody pasted, without asking anybody else. `name` is the name that they compare.
///
/// # Errors
/// When the database fails.
pub fn check(conn: &mut Conn, issuer: &Issuer, text: &str, name: &str, now: Time) -> Result<Checked, Error> {
    let credential = match rules::read(text, &issuer.origin) {
        rules::Pasted::Unreadable => return Ok(Verdict::Unreadable.into()),
        rules::Pasted::Elsewhere => return Ok(Verdict::NotOurs.into()),
        rules::Pasted::Link(token) => match linked(conn, &token) {
            Err(Error::NotFound) => return Ok(Verdict::Unreadable.into()),
            found => found?,
        },
        rules::Pasted::Signed(text) => match genuine(conn, issuer, &text)? {
            Ok(credential) => credential,
            Err(verdict) => return Ok(verdict.into()),
        },
    };
    let standing = standing_of(conn, &credential, now)?;
    let is_same = rules::is_same_name(name, &credential.bound_name);
    let verdict = match standing {
        Standing::Valid if !is_same => Verdict::WrongName,
        standing => Verdict::Stands(standing),
    };
    Ok(Checked { verdict, credential: Some(credential) })
}

/// The credential of a signed text, where one of our keys signed it.
fn genuine(conn: &mut Conn, issuer: &Issuer, text: &str) -> Result<Result<Credential, Verdict>, Error> {
    let Some(token) = Token::read(text) else { return Ok(Err(Verdict::Unreadable)) };
    if token.text("iss") != issuer.did {
        return Ok(Err(Verdict::NotOurs));
    }
    if !store::public_keys(conn)?.iter().any(|key| issuer.kid(&key.name) == token.kid && key.signed(&token)) {
        return Ok(Err(Verdict::Altered));
    }
    let name = token.text("jti").rsplit('/').next().unwrap_or_default();
    // A status list is signed by us as well, and is no credential.
    Ok(store::by_name(conn, name)?.ok_or(Verdict::Unreadable))
}
