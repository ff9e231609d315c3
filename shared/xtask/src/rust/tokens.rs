//! Words and the few signs that matter for paths.

/// A piece of code and its line, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub text: String,
    pub line: usize,
}

/// Words, `::` and every other sign by itself.
pub(super) fn tokens(code: &str) -> Vec<Token> {
    let mut all = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if rest.starts_with("::") {
                2
            } else if is_word(first) {
                rest.find(|c| !is_word(c)).unwrap_or(rest.len())
            } else {
                first.len_utf8()
            };
            all.push(Token { text: rest[..length].to_owned(), line: number + 1 });
            rest = rest[length..].trim_start();
        }
    }
    all
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// True for a name, a keyword or a number.
pub(super) fn word(token: &Token) -> bool {
    token.text.starts_with(is_word)
}
