//! Replaces comments and the contents of literals by spaces, so that only code is left, on the same lines.

/// `text` with every comment, string and character literal blanked; line breaks stay.
pub(super) fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = literal_end(&chars, at).unwrap_or(at);
        if end == at {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        out.extend(chars[at..end].iter().map(|c| match c {
            '\n' => '\n',
            _ => ' ',
        }));
        at = end;
    }
    out
}

/// Where the comment or literal that begins at `at` ends; `None` where none begins.
fn literal_end(chars: &[char], at: usize) -> Option<usize> {
    let next = chars.get(at + 1).copied();
    match (chars[at], next) {
        ('/', Some('/')) => Some(position(chars, at, |c| c == '\n')),
        ('/', Some('*')) => Some(block_comment(chars, at)),
        ('"', _) => Some(quoted(chars, at + 1, '"')),
        ('\'', Some(next)) => char_literal(chars, at, next),
        ('r', Some('"' | '#')) if !continues_a_word(chars, at) => raw_string(chars, at + 1),
        _ => None,
    }
}

fn position(chars: &[char], from: usize, found: impl Fn(char) -> bool) -> usize {
    chars[from..].iter().position(|c| found(*c)).map_or(chars.len(), |n| from + n)
}

/// `br"…"` is a raw string, `for"…"` is not one.
fn continues_a_word(chars: &[char], at: usize) -> bool {
    let word = |i: usize| chars[i].is_alphanumeric() || chars[i] == '_';
    match at {
        0 => false,
        1 => word(0) && chars[0] != 'b',
        _ => word(at - 1) && (chars[at - 1] != 'b' || word(at - 2)),
    }
}

fn block_comment(chars: &[char], at: usize) -> usize {
    let mut depth = 0;
    let mut i = at;
    while i < chars.len() {
        match (chars[i], chars.get(i + 1)) {
            ('/', Some('*')) => {
                depth += 1;
                i += 2;
            }
            ('*', Some('/')) => {
                depth -= 1;
                i += 2;
                if depth == 0 {
                    return i;
                }
            }
            _ => i += 1,
        }
    }
    chars.len()
}

fn quoted(chars: &[char], from: usize, quote: char) -> usize {
    let mut i = from;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            c if c == quote => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

/// `'a'` and `'\n'` are literals, `'a` alone is a lifetime.
fn char_literal(chars: &[char], at: usize, next: char) -> Option<usize> {
    if next == '\\' {
        return Some(quoted(chars, at + 1, '\''));
    }
    (chars.get(at + 2) == Some(&'\'')).then_some(at + 3)
}

/// `from` is just after the `r`; `r#name` is an identifier.
fn raw_string(chars: &[char], from: usize) -> Option<usize> {
    let open = position(chars, from, |c| c != '#');
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let hashes = open - from;
    let mut i = open + 1;
    while i < chars.len() {
        let closing = chars[i + 1..].iter().take(hashes);
        if chars[i] == '"' && closing.filter(|c| **c == '#').count() == hashes {
            return Some(i + 1 + hashes);
        }
        i += 1;
    }
    Some(chars.len())
}

#[cfg(test)]
mod tests {
    use super::blank;

    #[test]
    fn only_code_is_left() {
        let cases = [
            ("a // b::c\nd", "a        \nd"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (r#"f("x::\"y", 'z')"#, "f(        ,    )"),
            (r##"f(r#"a"b"#)"##, "f(        )"),
            ("f(br\"a\")", "f(b    )"),
            ("fn a<'b>(c: &'b str)", "fn a<'b>(c: &'b str)"),
            ("r#type::x", "r#type::x"),
            ("'\\'' x", "     x"),
        ];
        for (source, expected) in cases {
            assert_eq!(blank(source), expected, "{source}");
        }
    }
}
