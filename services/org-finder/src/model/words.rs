//! The words of a normalised name, and which of them say something about the organization.
//!
//! Scripts that put no spaces between words (Han, Kana, Thai and their neighbours) are cut into pairs of letters, each of which counts
//! as a word. Letters that stand alone one after the other are one word: `s a` is `sa`, as in S.A.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

use super::name;

/// The most words of a name that are looked at.
pub const MOST: usize = 24;

const LEGAL_FORMS: &str = include_str!("../../data/legal_forms.txt");
const STOP_WORDS: &str = include_str!("../../data/stop_words.txt");

/// Legal forms as words with spaces between them.
static FORMS: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let forms = entries(LEGAL_FORMS).map(|form| split(&name::normalize(form)).join(" "));
    forms.collect()
});
static STOPS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| entries(STOP_WORDS).collect());
/// Words that are in one of them.
static FORM_WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| FORMS.iter().flat_map(|form| form.split(' ')).collect());
/// The most words of a legal form.
static LONGEST_FORM: LazyLock<usize> =
    LazyLock::new(|| FORMS.iter().map(|form| form.split(' ').count()).max().unwrap_or(1));

fn entries(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// One word of a name; a piece of it wherever it stands there as it is, because many names are taken apart for one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    pub text: Cow<'a, str>,
    /// It is part of a legal form or joins others: it says nearly nothing. Never true of every word of a name.
    pub light: bool,
}

impl Word<'_> {
    /// The word, whatever becomes of the name.
    pub fn into_owned(self) -> Word<'static> {
        Word { text: Cow::Owned(self.text.into_owned()), light: self.light }
    }
}

/// The words of a normalised name in their order, at most [`MOST`].
pub fn words(normalized: &str) -> Vec<Word<'_>> {
    let texts = split(normalized);
    let mut light: Vec<bool> = texts.iter().map(|text| STOPS.contains(text.as_ref())).collect();
    mark_forms(&texts, &mut light);
    if light.iter().all(|light| *light) {
        light.fill(false);
    }
    texts.into_iter().zip(light).map(|(text, light)| Word { text, light }).take(MOST).collect()
}

/// The words that say something, each once, in their order.
pub fn telling<'a>(words: &'a [Word<'_>]) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    words.iter().filter(|word| !word.light && seen.insert(&word.text)).map(|word| word.text.as_ref()).collect()
}

/// The words that say nothing, and stand at no other place where they would, each once, in their order.
pub fn light<'a>(words: &'a [Word<'_>]) -> Vec<&'a str> {
    let mut seen: HashSet<&str> = telling(words).into_iter().collect();
    words.iter().map(|word| word.text.as_ref()).filter(|text| seen.insert(text)).collect()
}

/// Legal forms stand at the end, several one after the other, or at the beginning.
fn mark_forms(texts: &[Cow<'_, str>], light: &mut [bool]) {
    let mut end = texts.len();
    while let Some(length) = (1..=end.min(*LONGEST_FORM)).rev().find(|length| is_form(&texts[end - length..end])) {
        end -= length;
        light[end..end + length].fill(true);
    }
    let rest = &texts[..end];
    let first = (1..=rest.len().min(*LONGEST_FORM)).rev().find(|length| is_form(&rest[..*length]));
    if let Some(length) = first {
        light[..length].fill(true);
    }
}

fn is_form(texts: &[Cow<'_, str>]) -> bool {
    // Nearly no word is, and then there is nothing to join.
    texts.iter().all(|text| FORM_WORDS.contains(text.as_ref())) && FORMS.contains(&texts.join(" "))
}

fn split(normalized: &str) -> Vec<Cow<'_, str>> {
    let mut texts: Vec<Cow<'_, str>> = Vec::new();
    // Whether the last word is made of letters that stood alone, and may get another.
    let mut open = false;
    // Longer names end here: what comes after would not be looked at.
    for token in normalized.split(' ').filter(|token| !token.is_empty()).take(8 * MOST) {
        let mut letters = token.chars();
        let alone = letters.next().is_some_and(|letter| letter.is_alphabetic() && !is_dense(letter))
            && letters.next().is_none();
        match texts.last_mut() {
            Some(last) if alone && open => last.to_mut().push_str(token),
            _ => cut(token, &mut texts),
        }
        open = alone;
    }
    texts
}

/// Cuts a token where its script begins or ends to be one without spaces, and such parts into pairs of letters.
fn cut<'a>(token: &'a str, texts: &mut Vec<Cow<'a, str>>) {
    if !token.chars().any(is_dense) {
        texts.push(Cow::Borrowed(token));
        return;
    }
    let letters: Vec<char> = token.chars().collect();
    for part in letters.chunk_by(|a, b| is_dense(*a) == is_dense(*b)) {
        if is_dense(part[0]) && part.len() > 2 {
            texts.extend(part.windows(2).map(|pair| Cow::Owned(pair.iter().collect())));
        } else {
            texts.push(Cow::Owned(part.iter().collect()));
        }
    }
}

/// Letters of scripts without spaces: Thai, Lao, Tibetan, Myanmar, Khmer, Kana, Bopomofo and Han.
pub fn is_dense(letter: char) -> bool {
    matches!(letter,
        '\u{0E00}'..='\u{0FFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'..='\u{3007}' | '\u{3031}'..='\u{312F}' | '\u{31A0}'..='\u{31FF}'
        | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str) -> String {
        let name = name::normalize(name);
        let words = words(&name);
        let shown =
            words.iter().map(|word| if word.light { format!("({})", word.text) } else { word.text.to_string() });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn legal_forms_and_stop_words_are_light_unless_there_is_nothing_else() {
        for (name, expected) in [
            ("Aurora Voice AB", "aurora voice (ab)"),
            ("Müller GmbH & Co. KG", "muller (gmbh) (and) (co) (kg)"),
            ("Telefonía S.A. de C.V.", "telefonia (sa) (de) (cv)"),
            ("Dźwięk Sp. z o.o.", "dzwiek (sp) (zoo)"),
            ("OOO Голос", "(ooo) голос"),
            ("ООО Голос", "(ооо) голос"),
            ("Sdn. Bhd. Sdn Bhd", "sdn bhd sdn bhd"),
            ("University of Oxford", "university (of) oxford"),
            ("The Company", "the company"),
            ("I.B.M. Ltd", "ibm (ltd)"),
            ("Acme, Inc., Ltd.", "acme (inc) (ltd)"),
        ] {
            assert_eq!(told(name), expected, "{name}");
        }
    }

    #[test]
    fn scripts_without_spaces_are_cut_into_pairs() {
        assert_eq!(told("東京大学"), "東京 京大 大学");
        assert_eq!(told("NTT東日本"), "ntt 東日 日本");
        assert_eq!(told("大学"), "大学");
        assert_eq!(told("서울 대학교").split(' ').count(), 2);
    }

    #[test]
    fn nothing_is_lost_of_names_without_letters_and_long_names_end() {
        assert_eq!(told("!!!"), "!!!");
        assert_eq!(told("😀"), "😀");
        assert_eq!(words(&"a b2 ".repeat(2_000)).len(), MOST);
        assert_eq!(words(&"京".repeat(10_000)).len(), MOST);
        assert!(words("").is_empty());
    }

    #[test]
    fn the_files_have_what_is_looked_for() {
        assert!(FORMS.len() > 200 && FORMS.contains("gmbh") && FORMS.contains("sa de cv"), "{}", FORMS.len());
        assert!(entries(STOP_WORDS).all(|word| name::normalize(word) == word && !word.contains(' ')));
    }
}
