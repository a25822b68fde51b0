//! Numbers of phones: read, sorted, and refused where they cost money or prove nothing.

use phonenumber::metadata::DATABASE;
use phonenumber::{Mode, Type};

use crate::outside::texts::Channel;

/// A number that can be proved.
#[derive(Clone, PartialEq, Eq)]
pub struct Number {
    /// In the form of E.164.
    pub e164: String,
    /// The country, by two letters.
    pub country: String,
    /// The dialling prefix it is counted under: `+49 DE`. Countries that share a number keep apart.
    pub prefix: String,
    /// The two digits that are shown.
    pub last_digits: String,
    is_landline: bool,
}

impl std::fmt::Debug for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Number").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// Why a number cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberProblem {
    /// Nothing was typed.
    #[error("Enter your phone number.")]
    Missing,
    /// No such country in the list.
    #[error("Choose the country of your number.")]
    Country,
    /// No number at all.
    #[error(
        "This is no phone number of that country. Check the country and the digits, without an extension."
    )]
    Invalid,
    /// Whoever calls it pays more than for a call.
    #[error("This is a premium or shared-cost number. Use a mobile number of your own.")]
    Costly,
    /// It leads to somebody only by way of others.
    #[error("This is a service number, not the number of a phone. Use a mobile number of your own.")]
    Service,
    /// A text does not arrive there.
    #[error("This is a landline, and texts do not arrive there. Choose a call, or use a mobile number.")]
    Landline,
}

/// Every type of number, so that a new one has to be decided on.
fn is_landline(kind: Type) -> Result<bool, NumberProblem> {
    match kind {
        Type::Mobile | Type::FixedLineOrMobile | Type::Voip => Ok(false),
        Type::FixedLine => Ok(true),
        Type::PremiumRate | Type::SharedCost => Err(NumberProblem::Costly),
        Type::PersonalNumber
        | Type::TollFree
        | Type::Pager
        | Type::Uan
        | Type::Emergency
        | Type::Voicemail
        | Type::ShortCode
        | Type::StandardRate
        | Type::Carrier
        | Type::NoInternational => Err(NumberProblem::Service),
        Type::Unknown => Err(NumberProblem::Invalid),
    }
}

impl Number {
    /// Reads what was typed, as a number of this country unless it begins with a plus.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(country: &str, typed: &str) -> Result<Self, NumberProblem> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(NumberProblem::Missing);
        }
        // The longest numbers have 15 digits; what is far longer is not worth reading.
        if typed.chars().count() > 40 {
            return Err(NumberProblem::Invalid);
        }
        let country = country.parse().map_err(|_| NumberProblem::Country)?;
        let number = phonenumber::parse(Some(country), typed).map_err(|_| NumberProblem::Invalid)?;
        Self::sort(&number)
    }

    /// Reads a number in the form of E.164.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_e164(text: &str) -> Result<Self, NumberProblem> {
        Self::sort(&phonenumber::parse(None, text).map_err(|_| NumberProblem::Invalid)?)
    }

    fn sort(number: &phonenumber::PhoneNumber) -> Result<Self, NumberProblem> {
        if !number.is_valid() || number.extension().is_some() {
            return Err(NumberProblem::Invalid);
        }
        let is_landline = is_landline(number.number_type(&DATABASE))?;
        // Numbers of no country, such as those of satellites, cost what they like.
        let country = number.country().id().ok_or(NumberProblem::Costly)?.as_ref().to_owned();
        let e164 = number.format().mode(Mode::E164).to_string();
        let last_digits = e164[e164.len().saturating_sub(2)..].to_owned();
        let prefix = format!("+{} {country}", number.country().code());
        Ok(Self { e164, country, prefix, last_digits, is_landline })
    }

    /// Whether a message of this kind arrives.
    ///
    /// # Errors
    /// Why not.
    pub fn takes(&self, channel: Channel) -> Result<(), NumberProblem> {
        if self.is_landline && channel == Channel::Text { Err(NumberProblem::Landline) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for typed in ["01512 3456789", "+49 1512 3456789", "0049 1512 3456789", "(01512) 345-6789"] {
            let number = Number::parse("DE", typed).unwrap();
            assert_eq!(
                (number.e164.as_str(), number.last_digits.as_str()),
                ("+4915123456789", "89"),
                "{typed}"
            );
            assert_eq!((number.country.as_str(), number.prefix.as_str()), ("DE", "+49 DE"));
            assert_eq!(number.takes(Channel::Text), Ok(()));
            assert_eq!(Number::from_e164(&number.e164).unwrap(), number);
        }
        // One number for several countries: they are counted apart.
        assert_eq!(Number::parse("US", "+1 876 210 1234").unwrap().prefix, "+1 JM");
    }

    #[test]
    fn what_costs_money_or_proves_nothing_is_refused_before_anything_is_sent() {
        for (country, typed, why) in [
            ("DE", "", NumberProblem::Missing),
            ("XX", "1512 3456789", NumberProblem::Country),
            ("DE", "12", NumberProblem::Invalid),
            ("DE", "nonsense", NumberProblem::Invalid),
            // Premium rate and shared cost.
            ("DE", "0900 1234567", NumberProblem::Costly),
            ("GB", "+44 9012345678", NumberProblem::Costly),
            ("DE", "0180 5123456", NumberProblem::Costly),
            // Personal numbers, freephone, pagers.
            ("GB", "+44 7012345678", NumberProblem::Service),
            ("DE", "0700 12345678", NumberProblem::Service),
            ("US", "+1 800 723 3456", NumberProblem::Service),
            // Voicemail.
            ("DE", "0177 991234567", NumberProblem::Service),
            // Of no country: satellites and international premium rate.
            ("DE", "+870 773111632", NumberProblem::Costly),
            ("DE", "+979 123456789", NumberProblem::Costly),
        ] {
            assert_eq!(Number::parse(country, typed).map(|_| ()), Err(why), "{typed}");
        }
        assert!(Number::parse("DE", &"1".repeat(10_000)).is_err());
    }

    #[test]
    fn a_landline_can_be_called_and_not_texted() {
        let number = Number::parse("DE", "030 123456").unwrap();
        assert_eq!(number.takes(Channel::Text), Err(NumberProblem::Landline));
        assert_eq!(number.takes(Channel::Call), Ok(()));
    }
}
