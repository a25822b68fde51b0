//! The form of a draft: as it was typed, and what it means.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use chrono::NaiveDate;

use crate::announcements::rules::{in_form, moment};
use crate::badges::rules::Badge;
use crate::clock::Time;
use crate::members::rules::{Role, Side, Tier, is_country};
use crate::policies::rules::{number, text};
use crate::rollouts::rules::{Audience, Began, LONGEST, MOST, Plan, Publication, REASON, TITLE, WAIT};
use crate::threads::ThreadId;
use crate::web::Problems;

/// The fields of a form by name.
pub(super) type Sent = HashMap<String, String>;

/// A box to tick.
pub(super) struct Tick {
    pub name: String,
    pub title: &'static str,
    pub is_on: bool,
}

/// The form as it is shown.
pub(super) struct PlanForm {
    sent: Sent,
}

impl PlanForm {
    /// What a plan says, as it would be typed.
    pub(super) fn of(plan: &Plan) -> Self {
        let mut sent = Sent::new();
        let mut put = |name: &str, value: String| {
            sent.insert(name.to_owned(), value);
        };
        put("title", plan.title.clone());
        put("reason", plan.reason.clone());
        put("percent", plan.percent.to_string());
        put("most", plan.most.to_string());
        put("longest_wait", plan.longest_wait.to_string());
        put("publication", plan.publication.code().to_owned());
        put("share", plan.publication.share().map(|share| share.to_string()).unwrap_or_default());
        put("latest", in_form(plan.publication.latest()));
        put("thread", plan.thread.map(|thread| thread.0.to_string()).unwrap_or_default());
        let rule = &plan.audience;
        for tier in &rule.tiers {
            put(&format!("tier-{}", tier.map_or("none", Tier::code)), "yes".to_owned());
        }
        for role in &rule.roles {
            put(&format!("role-{}", role.code()), "yes".to_owned());
        }
        if rule.without_roles {
            put("without_roles", "yes".to_owned());
        }
        put("side", rule.side.map(|side| side.code().to_owned()).unwrap_or_default());
        put("joined_from", rule.joined_from.map(|day| day.to_string()).unwrap_or_default());
        put("joined_before", rule.joined_before.map(|day| day.to_string()).unwrap_or_default());
        put("began", rule.began.map(|began| began.code().to_owned()).unwrap_or_default());
        put("countries", rule.countries.join(", "));
        for badge in &rule.has {
            put(&format!("has-{}", badge.code()), "yes".to_owned());
        }
        for badge in &rule.lacks {
            put(&format!("lacks-{}", badge.code()), "yes".to_owned());
        }
        Self { sent }
    }

    /// What was typed.
    pub(super) fn typed(sent: Sent) -> Self {
        Self { sent }
    }

    /// One field as it was typed.
    pub(super) fn get(&self, name: &str) -> &str {
        self.sent.get(name).map_or("", String::as_str)
    }

    fn is_on(&self, name: &str) -> bool {
        self.get(name) == "yes"
    }

    fn tick(&self, name: String, title: &'static str) -> Tick {
        let is_on = self.is_on(&name);
        Tick { name, title, is_on }
    }

    pub(super) fn tiers(&self) -> Vec<Tick> {
        let rated = Tier::ALL.map(|tier| self.tick(format!("tier-{}", tier.code()), tier.title()));
        std::iter::once(self.tick("tier-none".to_owned(), "No tier")).chain(rated).collect()
    }

    pub(super) fn roles(&self) -> Vec<Tick> {
        Role::ALL.map(|role| self.tick(format!("role-{}", role.code()), role.title())).into()
    }

    pub(super) fn has(&self) -> Vec<Tick> {
        Badge::ALL.map(|badge| self.tick(format!("has-{}", badge.code()), badge.title())).into()
    }

    pub(super) fn lacks(&self) -> Vec<Tick> {
        Badge::ALL.map(|badge| self.tick(format!("lacks-{}", badge.code()), badge.title())).into()
    }

    /// The plan that was typed.
    ///
    /// # Errors
    /// What is wrong, beside its field.
    pub(super) fn plan(&self, policy_version: i64, now: Time) -> Result<Plan, Problems> {
        let mut problems = Problems::none();
        let title = problems.check("title", text(self.get("title"), &TITLE));
        let reason = problems.check("reason", text(self.get("reason"), &REASON));
        let percent = problems.check("percent", number(self.get("percent"), &(1..=100)));
        let most = problems.check("most", number(self.get("most"), &MOST));
        let wait = problems.check("longest_wait", number(self.get("longest_wait"), &WAIT));
        let publication = self.publication(&mut problems, now);
        let thread = self.thread(&mut problems);
        let audience = self.audience(&mut problems);
        match (title, reason, percent, most, wait, publication, problems.is_empty()) {
            (
                Some(title),
                Some(reason),
                Some(percent),
                Some(most),
                Some(longest_wait),
                Some(publication),
                true,
            ) => Ok(Plan {
                title,
                reason,
                audience,
                percent: u8::try_from(percent).unwrap_or(100),
                policy_version,
                publication,
                most,
                longest_wait,
                thread,
            }),
            _ => Err(problems),
        }
    }

    fn publication(&self, problems: &mut Problems, now: Time) -> Option<Publication> {
        let code = self.get("publication");
        if code == Publication::AtOnce.code() {
            return Some(Publication::AtOnce);
        }
        if !Publication::CODES.contains(&code) {
            problems.add("publication", "Choose when badges are shown.");
            return None;
        }
        let latest = problems.check("latest", moment(self.get("latest")))?;
        if latest <= now || latest - now > LONGEST {
            problems.add("latest", "Choose a time in the next 18 months.");
            return None;
        }
        let any: RangeInclusive<i64> = 1..=100;
        let share = match code {
            "at-share" => Some(problems.check("share", number(self.get("share"), &any))?),
            _ => None,
        };
        Publication::read(code, share, Some(latest))
    }

    /// The announcement: its number, or its address.
    fn thread(&self, problems: &mut Problems) -> Option<ThreadId> {
        let typed = self.get("thread").trim();
        if typed.is_empty() {
            return None;
        }
        let found = thread_of(typed);
        if found.is_none() {
            problems.add("thread", "Paste the address of the announcement, or leave this empty.");
        }
        found
    }

    fn audience(&self, problems: &mut Problems) -> Audience {
        let mut day = |name: &'static str| {
            let typed = self.get(name).trim();
            let found = (!typed.is_empty()).then(|| typed.parse::<NaiveDate>());
            found
                .and_then(|found| problems.check(name, found.map_err(|_| "Write a day, such as 2026-01-31.")))
        };
        let (joined_from, joined_before) = (day("joined_from"), day("joined_before"));
        if let (Some(from), Some(before)) = (joined_from, joined_before)
            && before <= from
        {
            problems.add("joined_before", "Nobody joined then: this day lies before the first one.");
        }
        let countries: Vec<String> = self
            .get("countries")
            .split([',', ' ', ';'])
            .filter(|code| !code.is_empty())
            .map(str::to_uppercase)
            .collect();
        if countries.iter().any(|code| !is_country(code)) {
            problems.add("countries", "Write countries as two letters, such as NL, DE.");
        }
        let tier = |tier: Option<Tier>| self.is_on(&format!("tier-{}", tier.map_or("none", Tier::code)));
        let tiers = std::iter::once(None).chain(Tier::ALL.map(Some)).filter(|one| tier(*one)).collect();
        let roles: Vec<Role> =
            Role::ALL.into_iter().filter(|role| self.is_on(&format!("role-{}", role.code()))).collect();
        let without_roles = self.is_on("without_roles");
        if without_roles && !roles.is_empty() {
            problems.add("roles", "Nobody has a role and has none. Untick one of them.");
        }
        let badges = |prefix: &str| -> Vec<Badge> {
            Badge::ALL.into_iter().filter(|badge| self.is_on(&format!("{prefix}-{}", badge.code()))).collect()
        };
        let (has, lacks) = (badges("has"), badges("lacks"));
        if has.iter().any(|badge| lacks.contains(badge)) {
            problems.add("badges", "Nobody shows a badge and does not. Untick one of them.");
        }
        Audience {
            tiers,
            roles,
            without_roles,
            side: Side::parse(self.get("side")),
            joined_from,
            joined_before,
            began: Began::parse(self.get("began")),
            countries,
            has,
            lacks,
        }
    }
}

/// The number of a thread, from a number or an address that names it.
pub(super) fn thread_of(typed: &str) -> Option<ThreadId> {
    let number = match typed.split("/t/").nth(1) {
        Some(rest) => rest.split(['/', '?', '#']).next()?,
        None => typed,
    };
    number.parse().ok().filter(|number| *number > 0).map(ThreadId)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Time {
        NaiveDate::from_ymd_opt(2026, 6, 1).unwrap().and_hms_opt(9, 0, 0).unwrap()
    }

    fn plan() -> Plan {
        Plan {
            title: "Top Rated first".to_owned(),
            reason: "They asked for it before everybody else.".to_owned(),
            audience: Audience {
                tiers: vec![None, Some(Tier::TopRated)],
                roles: vec![Role::Moderator],
                side: Some(Side::Client),
                joined_from: NaiveDate::from_ymd_opt(2020, 1, 1),
                joined_before: NaiveDate::from_ymd_opt(2026, 1, 1),
                began: Some(Began::Here),
                countries: vec!["NL".to_owned(), "DE".to_owned()],
                has: vec![Badge::PhoneVerified],
                lacks: vec![Badge::IdentityVerified],
                without_roles: false,
            },
            percent: 30,
            policy_version: 2,
            publication: Publication::AtShare { share: 80, latest: now() + chrono::TimeDelta::days(40) },
            most: 250,
            longest_wait: 72,
            thread: Some(ThreadId(7)),
        }
    }

    #[test]
    fn what_a_form_shows_reads_back() {
        assert_eq!(PlanForm::of(&plan()).plan(2, now()), Ok(plan()));
        let held = Plan {
            publication: Publication::WhenCovered { latest: now() + chrono::TimeDelta::days(9) },
            ..plan()
        };
        assert_eq!(PlanForm::of(&held).plan(2, now()), Ok(held));
    }

    #[test]
    fn what_is_wrong_is_said_beside_its_field() {
        let wrong = [
            ("title", "Hi", "title"),
            ("percent", "0", "percent"),
            ("most", "many", "most"),
            ("publication", "never", "publication"),
            ("latest", "2026-05-01T09:00", "latest"),
            ("share", "101", "share"),
            ("joined_before", "2019-12-31", "joined_before"),
            ("countries", "NLD", "countries"),
            ("without_roles", "yes", "roles"),
            ("lacks-phone-verified", "yes", "badges"),
            ("thread", "the announcement", "thread"),
        ];
        for (name, value, field) in wrong {
            let mut form = PlanForm::of(&plan());
            form.sent.insert(name.to_owned(), value.to_owned());
            let problems = form.plan(2, now()).unwrap_err();
            assert!(problems.get(field).is_some(), "{name}");
        }
    }

    #[test]
    fn an_announcement_is_named_by_its_number_or_its_address() {
        assert_eq!(thread_of("7"), Some(ThreadId(7)));
        assert_eq!(thread_of("https://forum.example/t/12/the-badge-opens?page=2"), Some(ThreadId(12)));
        assert_eq!(thread_of("the announcement"), None);
    }
}
