//! Organizations that are made up: words that are used as words are, some very often and most of them hardly ever, in several scripts.

use uuid::Uuid;

use super::distort::Dice;

/// How many words there are of each kind: what a company is called, what it does, what it is.
const KINDS: [u32; 3] = [20_000_000, 30_000, 300];
const COUNTRIES: [&str; 12] = ["SE", "DE", "FR", "GB", "US", "NL", "NO", "PL", "ES", "IT", "JP", "BR"];
const FORMS: [&str; 6] = ["ab", "gmbh", "ltd", "inc", "sa", "oy"];

/// One organization.
pub struct Made {
    pub id: Uuid,
    /// Normalised, too, but for its capitals.
    pub name: String,
    pub country: &'static str,
    pub partner: bool,
    pub domain: String,
}

/// The organization of this number.
pub fn made(number: usize) -> Made {
    let mut dice = Dice::new(number as u64);
    let script = Script::of(number);
    let ranks = KINDS.map(|words| rank(words, &mut dice));
    let mut words: Vec<String> = ranks.iter().zip(0..).map(|(rank, kind)| script.word(kind, *rank)).collect();
    if dice.below(3) == 0 {
        words.remove(1);
    }
    if dice.below(2) == 0 {
        words.push(FORMS[dice.below(FORMS.len())].to_owned());
    }
    let domain = format!("{}{number:08}.{}", Script::Latin.word(0, ranks[0]), ["com", "org", "net", "se"][number % 4]);
    Made {
        id: Uuid::from_u64_pair(dice.roll(), number as u64),
        name: words.join(" "),
        country: COUNTRIES[dice.below(COUNTRIES.len())],
        partner: dice.below(50) == 0,
        domain,
    }
}

/// A word that no organization has: no syllable has these letters.
pub fn unheard_of(number: usize) -> String {
    let mut dice = Dice::new(number as u64);
    let mut word = || (0..9).map(|_| ['q', 'x', 'y', 'w', 'j'][dice.below(5)]).collect::<String>();
    format!("{} {}", word(), word())
}

/// What many organizations are and do.
pub fn common(number: usize) -> String {
    format!("{} {}", Script::Latin.word(2, 1 + number as u32 % 6), Script::Latin.word(1, 1 + number as u32 % 5))
}

/// The place of a word among all by frequency: the n-th is n times rarer than the first.
fn rank(words: u32, dice: &mut Dice) -> u32 {
    f64::from(words).powf(dice.part()) as u32
}

#[derive(Clone, Copy)]
enum Script {
    Latin,
    Cyrillic,
    Han,
}

impl Script {
    fn of(number: usize) -> Self {
        match number % 20 {
            0 => Self::Cyrillic,
            1 => Self::Han,
            _ => Self::Latin,
        }
    }

    /// The word of this rank, of two syllables or more.
    fn word(self, kind: u64, rank: u32) -> String {
        let mut dice = Dice::new((u64::from(rank) << 2) | kind);
        let syllables = 2 + dice.below(3);
        (0..syllables).map(|_| self.syllable(&mut dice)).collect()
    }

    fn syllable(self, dice: &mut Dice) -> String {
        let pick = |letters: &str, dice: &mut Dice| {
            let letters: Vec<char> = letters.chars().collect();
            letters[dice.below(letters.len())].to_string()
        };
        match self {
            Self::Latin => pick("bcdfghklmnprstvz", dice) + &pick("aeiou", dice) + &pick("nrsltm", dice),
            Self::Cyrillic => pick("бвгдзклмнпрст", dice) + &pick("аеиоу", dice) + &pick("нрслм", dice),
            Self::Han => {
                let letter = char::from_u32(0x4E00 + dice.below(3_000) as u32);
                letter.into_iter().collect()
            }
        }
    }
}
