//! Names as people write them who do not remember them well.

/// Random numbers that are the same in every run.
#[derive(Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bf0_3635_d1c2_9a4e)
    }

    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.roll() % end as u64) as usize
    }

    /// From 0 to 1.
    pub fn part(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// What was done to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Distortion {
    AsItIs,
    OneTypo,
    TwoTypos,
    WithoutAccents,
    Shortened,
    Reordered,
    LegalForm,
}

impl Distortion {
    pub const ALL: [Self; 7] = [
        Self::AsItIs,
        Self::OneTypo,
        Self::TwoTypos,
        Self::WithoutAccents,
        Self::Shortened,
        Self::Reordered,
        Self::LegalForm,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::AsItIs => "as it is",
            Self::OneTypo => "one typo",
            Self::TwoTypos => "two typos",
            Self::WithoutAccents => "without accents, in capitals",
            Self::Shortened => "shortened by a word",
            Self::Reordered => "in another order",
            Self::LegalForm => "with a legal form",
        }
    }

    /// The name so distorted; none where there is nothing to distort.
    pub fn apply(self, name: &str, dice: &mut Dice) -> Option<String> {
        match self {
            Self::AsItIs => Some(name.to_owned()),
            Self::OneTypo => typo(name, dice),
            Self::TwoTypos => typo(&typo(name, dice)?, dice),
            Self::WithoutAccents => (!name.is_ascii()).then(|| without_accents(name)),
            Self::Shortened => shortened(name, dice),
            Self::Reordered => reordered(name, dice),
            Self::LegalForm => Some(format!("{name} {}", ["Ltd", "GmbH", "S.A.", "AB", "Inc."][dice.below(5)])),
        }
    }
}

/// A letter is left out, doubled, replaced, or changes places with the next.
fn typo(name: &str, dice: &mut Dice) -> Option<String> {
    let mut letters: Vec<char> = name.chars().collect();
    let places: Vec<usize> = (0..letters.len()).filter(|&place| letters[place].is_alphabetic()).collect();
    if places.len() < 4 {
        return None;
    }
    let place = places[dice.below(places.len())];
    match dice.below(4) {
        0 => drop(letters.remove(place)),
        1 => letters.insert(place, letters[place]),
        2 => letters[place] = char::from(b'a' + dice.below(26) as u8),
        _ if place + 1 < letters.len() && letters[place + 1].is_alphabetic() => letters.swap(place, place + 1),
        _ => drop(letters.remove(place)),
    }
    let written: String = letters.into_iter().collect();
    // Two equal letters may have changed places.
    if written == name { typo(name, dice) } else { Some(written) }
}

/// Latin letters as they are without accents; the service has a list of its own.
fn without_accents(name: &str) -> String {
    const PLAIN: [(&str, &str); 22] = [
        ("a", "áàâäãåāăą"),
        ("e", "éèêëēėęě"),
        ("i", "íìîïīı"),
        ("o", "óòôöõøōő"),
        ("u", "úùûüūůű"),
        ("c", "çćč"),
        ("n", "ñńň"),
        ("s", "śšş"),
        ("z", "źżž"),
        ("y", "ýÿ"),
        ("l", "ł"),
        ("d", "ďđ"),
        ("t", "ťţ"),
        ("r", "ř"),
        ("g", "ğ"),
        ("ss", "ß"),
        ("ae", "æ"),
        ("oe", "œ"),
        ("-", "–—"),
        ("'", "’‘"),
        ("\"", "“”„"),
        ("s", "ș"),
    ];
    let plain = |letter: char| {
        let found = PLAIN.iter().find(|(_, accented)| accented.contains(letter));
        found.map_or_else(|| letter.to_string(), |(plain, _)| (*plain).to_owned())
    };
    name.to_lowercase().chars().map(plain).collect::<String>().to_uppercase()
}

fn shortened(name: &str, dice: &mut Dice) -> Option<String> {
    let words: Vec<&str> = name.split_whitespace().collect();
    // Of two words one is no name any more.
    if words.len() < 3 {
        return None;
    }
    let out = dice.below(words.len());
    let rest = words.iter().enumerate().filter(|(place, _)| *place != out);
    Some(rest.map(|(_, word)| *word).collect::<Vec<_>>().join(" "))
}

fn reordered(name: &str, dice: &mut Dice) -> Option<String> {
    let mut words: Vec<&str> = name.split_whitespace().collect();
    if words.len() < 2 {
        return None;
    }
    let by = 1 + dice.below(words.len() - 1);
    words.rotate_left(by);
    Some(words.join(" "))
}
