//! Which documents of which country are accepted.

use super::rules::Kind;

/// A country that issues documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country {
    /// Two letters (ISO 3166-1), as the database has it.
    pub code: &'static str,
    /// What its documents call it in the machine-readable zone (ICAO 9303 part 3): mostly three letters.
    pub zone: &'static str,
    /// What people read.
    pub name: &'static str,
    /// One letter for each kind of document beside the passport, which is accepted from everywhere.
    kinds: &'static str,
}

impl Country {
    /// Whether this kind of document is accepted from there.
    #[must_use]
    pub fn accepts(&self, kind: Kind) -> bool {
        match kind {
            Kind::Passport => true,
            Kind::IdentityCard => self.kinds.contains('I'),
            Kind::DrivingLicence => self.kinds.contains('L'),
            Kind::ResidencePermit => self.kinds.contains('R'),
        }
    }

    /// The kinds of document that are accepted from there.
    pub fn accepted(&self) -> impl Iterator<Item = Kind> {
        Kind::ALL.into_iter().filter(|kind| self.accepts(*kind))
    }

    /// Whether the zone of a document means this country by `code`.
    #[must_use]
    pub fn is_zone(&self, code: &str) -> bool {
        // The United Kingdom has letters for each kind of nationality, and Kosovo has none that all agree on.
        self.zone == code
            || match self.code {
                "GB" => matches!(code, "GBD" | "GBN" | "GBO" | "GBP" | "GBS"),
                "XK" => matches!(code, "RKS" | "UNK"),
                "DE" => code == "DEU",
                _ => false,
            }
    }
}

/// The country of these two letters.
#[must_use]
pub fn find(code: &str) -> Option<&'static Country> {
    COUNTRIES.iter().find(|country| country.code == code)
}

/// The country that the specimens of ICAO 9303 are from.
#[cfg(test)]
pub(super) const UTOPIA: Country = c("UT", "UTO", "Utopia", "ILR");

const fn c(code: &'static str, zone: &'static str, name: &'static str, kinds: &'static str) -> Country {
    Country { code, zone, name, kinds }
}

/// Every country, by its name.
pub const COUNTRIES: &[Country] = &[
    c("AF", "AFG", "Afghanistan", ""),
    c("AX", "ALA", "Åland Islands", ""),
    c("AL", "ALB", "Albania", "I"),
    c("DZ", "DZA", "Algeria", "I"),
    c("AS", "ASM", "American Samoa", ""),
    c("AD", "AND", "Andorra", ""),
    c("AO", "AGO", "Angola", ""),
    c("AI", "AIA", "Anguilla", ""),
    c("AG", "ATG", "Antigua and Barbuda", ""),
    c("AR", "ARG", "Argentina", "I"),
    c("AM", "ARM", "Armenia", "I"),
    c("AW", "ABW", "Aruba", ""),
    c("AU", "AUS", "Australia", "L"),
    c("AT", "AUT", "Austria", "ILR"),
    c("AZ", "AZE", "Azerbaijan", "I"),
    c("BS", "BHS", "Bahamas", ""),
    c("BH", "BHR", "Bahrain", "I"),
    c("BD", "BGD", "Bangladesh", "I"),
    c("BB", "BRB", "Barbados", ""),
    c("BY", "BLR", "Belarus", ""),
    c("BE", "BEL", "Belgium", "ILR"),
    c("BZ", "BLZ", "Belize", ""),
    c("BJ", "BEN", "Benin", ""),
    c("BM", "BMU", "Bermuda", ""),
    c("BT", "BTN", "Bhutan", ""),
    c("BO", "BOL", "Bolivia", "I"),
    c("BQ", "BES", "Bonaire, Sint Eustatius and Saba", ""),
    c("BA", "BIH", "Bosnia and Herzegovina", "I"),
    c("BW", "BWA", "Botswana", ""),
    c("BR", "BRA", "Brazil", "I"),
    c("BN", "BRN", "Brunei", ""),
    c("BG", "BGR", "Bulgaria", "ILR"),
    c("BF", "BFA", "Burkina Faso", ""),
    c("BI", "BDI", "Burundi", ""),
    c("CV", "CPV", "Cabo Verde", ""),
    c("KH", "KHM", "Cambodia", ""),
    c("CM", "CMR", "Cameroon", ""),
    c("CA", "CAN", "Canada", "LR"),
    c("KY", "CYM", "Cayman Islands", ""),
    c("CF", "CAF", "Central African Republic", ""),
    c("TD", "TCD", "Chad", ""),
    c("CL", "CHL", "Chile", "I"),
    c("CN", "CHN", "China", "I"),
    c("CX", "CXR", "Christmas Island", ""),
    c("CC", "CCK", "Cocos (Keeling) Islands", ""),
    c("CO", "COL", "Colombia", "I"),
    c("KM", "COM", "Comoros", ""),
    c("CD", "COD", "Congo (Democratic Republic)", ""),
    c("CG", "COG", "Congo (Republic)", ""),
    c("CK", "COK", "Cook Islands", ""),
    c("CR", "CRI", "Costa Rica", "I"),
    c("CI", "CIV", "Côte d'Ivoire", ""),
    c("HR", "HRV", "Croatia", "ILR"),
    c("CU", "CUB", "Cuba", ""),
    c("CW", "CUW", "Curaçao", ""),
    c("CY", "CYP", "Cyprus", "ILR"),
    c("CZ", "CZE", "Czechia", "ILR"),
    c("DK", "DNK", "Denmark", "LR"),
    c("DJ", "DJI", "Djibouti", ""),
    c("DM", "DMA", "Dominica", ""),
    c("DO", "DOM", "Dominican Republic", "I"),
    c("EC", "ECU", "Ecuador", "I"),
    c("EG", "EGY", "Egypt", "I"),
    c("SV", "SLV", "El Salvador", "I"),
    c("GQ", "GNQ", "Equatorial Guinea", ""),
    c("ER", "ERI", "Eritrea", ""),
    c("EE", "EST", "Estonia", "ILR"),
    c("SZ", "SWZ", "Eswatini", ""),
    c("ET", "ETH", "Ethiopia", ""),
    c("FK", "FLK", "Falkland Islands", ""),
    c("FO", "FRO", "Faroe Islands", ""),
    c("FJ", "FJI", "Fiji", ""),
    c("FI", "FIN", "Finland", "ILR"),
    c("FR", "FRA", "France", "ILR"),
    c("GF", "GUF", "French Guiana", ""),
    c("PF", "PYF", "French Polynesia", ""),
    c("GA", "GAB", "Gabon", ""),
    c("GM", "GMB", "Gambia", ""),
    c("GE", "GEO", "Georgia", "I"),
    c("DE", "D", "Germany", "ILR"),
    c("GH", "GHA", "Ghana", "I"),
    c("GI", "GIB", "Gibraltar", "I"),
    c("GR", "GRC", "Greece", "ILR"),
    c("GL", "GRL", "Greenland", ""),
    c("GD", "GRD", "Grenada", ""),
    c("GP", "GLP", "Guadeloupe", ""),
    c("GU", "GUM", "Guam", ""),
    c("GT", "GTM", "Guatemala", "I"),
    c("GG", "GGY", "Guernsey", ""),
    c("GN", "GIN", "Guinea", ""),
    c("GW", "GNB", "Guinea-Bissau", ""),
    c("GY", "GUY", "Guyana", ""),
    c("HT", "HTI", "Haiti", ""),
    c("HN", "HND", "Honduras", "I"),
    c("HK", "HKG", "Hong Kong", "I"),
    c("HU", "HUN", "Hungary", "ILR"),
    c("IS", "ISL", "Iceland", "ILR"),
    c("IN", "IND", "India", ""),
    c("ID", "IDN", "Indonesia", "I"),
    c("IR", "IRN", "Iran", ""),
    c("IQ", "IRQ", "Iraq", ""),
    c("IE", "IRL", "Ireland", "LR"),
    c("IM", "IMN", "Isle of Man", ""),
    c("IL", "ISR", "Israel", "I"),
    c("IT", "ITA", "Italy", "ILR"),
    c("JM", "JAM", "Jamaica", ""),
    c("JP", "JPN", "Japan", ""),
    c("JE", "JEY", "Jersey", ""),
    c("JO", "JOR", "Jordan", "I"),
    c("KZ", "KAZ", "Kazakhstan", "I"),
    c("KE", "KEN", "Kenya", "I"),
    c("KI", "KIR", "Kiribati", ""),
    c("KP", "PRK", "Korea (North)", ""),
    c("KR", "KOR", "Korea (South)", "I"),
    c("XK", "XKX", "Kosovo", "I"),
    c("KW", "KWT", "Kuwait", "I"),
    c("KG", "KGZ", "Kyrgyzstan", "I"),
    c("LA", "LAO", "Laos", ""),
    c("LV", "LVA", "Latvia", "ILR"),
    c("LB", "LBN", "Lebanon", ""),
    c("LS", "LSO", "Lesotho", ""),
    c("LR", "LBR", "Liberia", ""),
    c("LY", "LBY", "Libya", ""),
    c("LI", "LIE", "Liechtenstein", "ILR"),
    c("LT", "LTU", "Lithuania", "ILR"),
    c("LU", "LUX", "Luxembourg", "ILR"),
    c("MO", "MAC", "Macao", ""),
    c("MG", "MDG", "Madagascar", ""),
    c("MW", "MWI", "Malawi", ""),
    c("MY", "MYS", "Malaysia", "I"),
    c("MV", "MDV", "Maldives", ""),
    c("ML", "MLI", "Mali", ""),
    c("MT", "MLT", "Malta", "ILR"),
    c("MH", "MHL", "Marshall Islands", ""),
    c("MQ", "MTQ", "Martinique", ""),
    c("MR", "MRT", "Mauritania", ""),
    c("MU", "MUS", "Mauritius", "I"),
    c("YT", "MYT", "Mayotte", ""),
    c("MX", "MEX", "Mexico", "I"),
    c("FM", "FSM", "Micronesia", ""),
    c("MD", "MDA", "Moldova", "I"),
    c("MC", "MCO", "Monaco", ""),
    c("MN", "MNG", "Mongolia", "I"),
    c("ME", "MNE", "Montenegro", "I"),
    c("MS", "MSR", "Montserrat", ""),
    c("MA", "MAR", "Morocco", "I"),
    c("MZ", "MOZ", "Mozambique", ""),
    c("MM", "MMR", "Myanmar", ""),
    c("NA", "NAM", "Namibia", ""),
    c("NR", "NRU", "Nauru", ""),
    c("NP", "NPL", "Nepal", ""),
    c("NL", "NLD", "Netherlands", "ILR"),
    c("NC", "NCL", "New Caledonia", ""),
    c("NZ", "NZL", "New Zealand", "L"),
    c("NI", "NIC", "Nicaragua", ""),
    c("NE", "NER", "Niger", ""),
    c("NG", "NGA", "Nigeria", "I"),
    c("NU", "NIU", "Niue", ""),
    c("NF", "NFK", "Norfolk Island", ""),
    c("MK", "MKD", "North Macedonia", "I"),
    c("MP", "MNP", "Northern Mariana Islands", ""),
    c("NO", "NOR", "Norway", "ILR"),
    c("OM", "OMN", "Oman", "I"),
    c("PK", "PAK", "Pakistan", "I"),
    c("PW", "PLW", "Palau", ""),
    c("PS", "PSE", "Palestine", ""),
    c("PA", "PAN", "Panama", "I"),
    c("PG", "PNG", "Papua New Guinea", ""),
    c("PY", "PRY", "Paraguay", "I"),
    c("PE", "PER", "Peru", "I"),
    c("PH", "PHL", "Philippines", "I"),
    c("PN", "PCN", "Pitcairn", ""),
    c("PL", "POL", "Poland", "ILR"),
    c("PT", "PRT", "Portugal", "ILR"),
    c("PR", "PRI", "Puerto Rico", ""),
    c("QA", "QAT", "Qatar", "I"),
    c("RE", "REU", "Réunion", ""),
    c("RO", "ROU", "Romania", "ILR"),
    c("RU", "RUS", "Russia", ""),
    c("RW", "RWA", "Rwanda", ""),
    c("BL", "BLM", "Saint Barthélemy", ""),
    c("SH", "SHN", "Saint Helena", ""),
    c("KN", "KNA", "Saint Kitts and Nevis", ""),
    c("LC", "LCA", "Saint Lucia", ""),
    c("MF", "MAF", "Saint Martin (French part)", ""),
    c("PM", "SPM", "Saint Pierre and Miquelon", ""),
    c("VC", "VCT", "Saint Vincent and the Grenadines", ""),
    c("WS", "WSM", "Samoa", ""),
    c("SM", "SMR", "San Marino", ""),
    c("ST", "STP", "Sao Tome and Principe", ""),
    c("SA", "SAU", "Saudi Arabia", "I"),
    c("SN", "SEN", "Senegal", "I"),
    c("RS", "SRB", "Serbia", "I"),
    c("SC", "SYC", "Seychelles", ""),
    c("SL", "SLE", "Sierra Leone", ""),
    c("SG", "SGP", "Singapore", "I"),
    c("SX", "SXM", "Sint Maarten (Dutch part)", ""),
    c("SK", "SVK", "Slovakia", "ILR"),
    c("SI", "SVN", "Slovenia", "ILR"),
    c("SB", "SLB", "Solomon Islands", ""),
    c("SO", "SOM", "Somalia", ""),
    c("ZA", "ZAF", "South Africa", "I"),
    c("SS", "SSD", "South Sudan", ""),
    c("ES", "ESP", "Spain", "ILR"),
    c("LK", "LKA", "Sri Lanka", "I"),
    c("SD", "SDN", "Sudan", ""),
    c("SR", "SUR", "Suriname", ""),
    c("SJ", "SJM", "Svalbard and Jan Mayen", ""),
    c("SE", "SWE", "Sweden", "ILR"),
    c("CH", "CHE", "Switzerland", "ILR"),
    c("SY", "SYR", "Syria", ""),
    c("TW", "TWN", "Taiwan", "I"),
    c("TJ", "TJK", "Tajikistan", ""),
    c("TZ", "TZA", "Tanzania", ""),
    c("TH", "THA", "Thailand", "I"),
    c("TL", "TLS", "Timor-Leste", ""),
    c("TG", "TGO", "Togo", ""),
    c("TK", "TKL", "Tokelau", ""),
    c("TO", "TON", "Tonga", ""),
    c("TT", "TTO", "Trinidad and Tobago", ""),
    c("TN", "TUN", "Tunisia", "I"),
    c("TR", "TUR", "Türkiye", "I"),
    c("TM", "TKM", "Turkmenistan", ""),
    c("TC", "TCA", "Turks and Caicos Islands", ""),
    c("TV", "TUV", "Tuvalu", ""),
    c("UG", "UGA", "Uganda", ""),
    c("UA", "UKR", "Ukraine", "I"),
    c("AE", "ARE", "United Arab Emirates", "I"),
    c("GB", "GBR", "United Kingdom", "LR"),
    c("US", "USA", "United States", "LR"),
    c("UY", "URY", "Uruguay", "I"),
    c("UZ", "UZB", "Uzbekistan", ""),
    c("VU", "VUT", "Vanuatu", ""),
    c("VA", "VAT", "Vatican City", ""),
    c("VE", "VEN", "Venezuela", ""),
    c("VN", "VNM", "Vietnam", "I"),
    c("VG", "VGB", "Virgin Islands (British)", ""),
    c("VI", "VIR", "Virgin Islands (US)", ""),
    c("WF", "WLF", "Wallis and Futuna", ""),
    c("EH", "ESH", "Western Sahara", ""),
    c("YE", "YEM", "Yemen", ""),
    c("ZM", "ZMB", "Zambia", ""),
    c("ZW", "ZWE", "Zimbabwe", ""),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_country_is_there_once_and_its_passport_is_accepted() {
        let codes: HashSet<_> = COUNTRIES.iter().map(|country| country.code).collect();
        let zones: HashSet<_> = COUNTRIES.iter().map(|country| country.zone).collect();
        assert_eq!((codes.len(), zones.len()), (COUNTRIES.len(), COUNTRIES.len()));
        for country in COUNTRIES {
            assert!(country.code.len() == 2 && country.accepts(Kind::Passport), "{}", country.name);
            assert!(country.zone.len() == 3 || country.zone == "D");
            assert!(country.kinds.chars().all(|kind| "ILR".contains(kind)));
        }
    }

    #[test]
    fn some_countries_are_known_by_several_letters_in_a_zone() {
        assert!(find("DE").unwrap().is_zone("D") && find("DE").unwrap().is_zone("DEU"));
        assert!(find("GB").unwrap().is_zone("GBN") && !find("GB").unwrap().is_zone("FRA"));
        assert!(find("XX").is_none());
    }
}
