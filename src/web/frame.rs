//! The frame around every page: title, navigation, breadcrumbs, who is signed in.

use super::Site;
use super::banners::Banner;

/// What the layout needs, whatever the page shows.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The page's own title; the community's name is added.
    pub title: String,
    /// One or two sentences for search engines and link previews.
    pub description: String,
    /// The community's name.
    pub community: String,
    /// The way from the home page to this one, without the home page; the last has no link.
    pub crumbs: Vec<Crumb>,
    /// Who looks.
    pub account: Account,
    /// Whether the page says that it is a demo.
    pub demo: bool,
    /// The page's own address, which "Sign in" leads back to.
    pub path: String,
    /// The one address of this content for search engines; empty where there is none.
    pub canonical: String,
    /// The address of what this page shows as an Atom feed; empty where there is none.
    pub feed: String,
    /// The oldest banner that is for whoever looks and that they have not dismissed.
    pub banner: Option<Banner>,
    /// Addresses of the styles and scripts.
    pub assets: AssetLinks,
}

/// Addresses of what a page loads.
#[derive(Clone, Debug)]
pub struct AssetLinks {
    /// The styles.
    pub styles: String,
    /// The community's own colours; empty where it has none.
    pub theme: String,
    /// The icon sheet.
    pub icons: String,
    /// The scripts, each on its own so that each fails alone.
    pub scripts: Vec<String>,
    /// Those of live calls, which their pages alone load.
    pub call_scripts: Vec<String>,
}

/// One step of the breadcrumbs.
#[derive(Clone, Debug)]
pub struct Crumb {
    /// What people read.
    pub title: String,
    /// Where it leads.
    pub path: String,
}

impl Crumb {
    /// A step that leads to `path`.
    #[must_use]
    pub fn new(title: impl Into<String>, path: impl Into<String>) -> Self {
        Self { title: title.into(), path: path.into() }
    }
}

/// What the header shows of whoever looks.
#[derive(Clone, Debug)]
pub enum Account {
    /// It is not known, as on an error page: the header says nothing.
    Unknown,
    /// Nobody is signed in.
    Visitor,
    /// A member.
    Member(HeaderMember),
}

/// A member, as the header shows them.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for one link in the header, in any mixture")]
pub struct HeaderMember {
    /// Name that people read.
    pub name: String,
    /// Address of the profile.
    pub path: String,
    /// Initials for the round picture.
    pub monogram: String,
    /// Which of eight colours the round picture has.
    pub hue: i64,
    /// Whether the administration is open to them.
    pub is_administrator: bool,
    /// Whether the moderation is open to them.
    pub moderates: bool,
    /// Notifications that they have not read.
    pub unread: i64,
    /// Whether they may announce.
    pub is_manager: bool,
    /// Whether the agents' desk is theirs.
    pub is_agent: bool,
    /// Whether badges are theirs to answer for.
    pub is_trusted: bool,
    /// Their number.
    pub number: i64,
    /// The bits of every audience that they belong to.
    pub audiences: i64,
    /// Up to which banner they dismissed them.
    pub banners_dismissed: i64,
}

impl HeaderMember {
    /// The number beside the bell, which has room for two digits.
    #[must_use]
    pub fn unread_shown(&self) -> String {
        if self.unread > 99 { "99+".to_owned() } else { self.unread.to_string() }
    }

    /// The number beside the bell for whoever listens.
    #[must_use]
    pub fn unread_words(&self) -> String {
        match self.unread {
            0 => "Notifications".to_owned(),
            1 => "1 unread notification".to_owned(),
            many => format!("{many} unread notifications"),
        }
    }
}

impl Frame {
    /// A frame with a title, for whoever looks.
    #[must_use]
    pub fn new(site: &Site, account: Account, title: impl Into<String>) -> Self {
        let title = title.into();
        let banner = match &account {
            Account::Unknown => None,
            Account::Visitor => site.banners.for_visitor(site.clock.now()),
            Account::Member(member) => site.banners.for_member(member, site.clock.now()),
        };
        Self {
            banner,
            description: format!("{title}: a page of the {} community.", site.settings.name),
            // Every page below the home page says where it stands; most say more.
            crumbs: vec![Crumb::new(&title, "")],
            title,
            community: site.settings.name.clone(),
            account,
            demo: site.demo,
            path: String::new(),
            canonical: String::new(),
            feed: String::new(),
            assets: site.assets.links(),
        }
    }

    /// Adds the way to this page; the last step is this page.
    #[must_use]
    pub fn with_crumbs(mut self, crumbs: Vec<Crumb>) -> Self {
        self.crumbs = crumbs;
        self
    }

    /// Adds the page's own address.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Adds a description for search engines.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Adds the one address of this content.
    #[must_use]
    pub fn canonical(mut self, site: &Site, path: &str) -> Self {
        self.canonical = format!("{}{path}", site.settings.origin());
        self
    }

    /// Adds the address of the feed that tells what is new on this page.
    #[must_use]
    pub fn feeding(mut self, path: impl Into<String>) -> Self {
        self.feed = path.into();
        self
    }

    /// Where "Sign in" leads: back to this page afterwards.
    #[must_use]
    pub fn login_path(&self) -> String {
        crate::paths::login(&self.path)
    }

    /// The banner, where it leads elsewhere than to this page.
    #[must_use]
    pub fn banner_here(&self) -> Option<&Banner> {
        let here = self.path.split('?').next().unwrap_or_default();
        self.banner.as_ref().filter(|banner| banner.path != here)
    }

    /// Whether whoever looks is signed in, and so can dismiss a banner for good.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        matches!(self.account, Account::Member(_))
    }

    /// The breadcrumbs before the last, which are links.
    #[must_use]
    pub fn crumbs_before(&self) -> &[Crumb] {
        self.crumbs.split_last().map_or(&[], |(_, before)| before)
    }

    /// The last breadcrumb: this page.
    #[must_use]
    pub fn crumb_here(&self) -> Option<&Crumb> {
        self.crumbs.last()
    }
}
