//! Cuts a file that arrives in pieces into lines, holding no more than one line.

/// The longest line of an import, in bytes without its end.
pub const LONGEST_LINE: usize = 64 * 1024;

/// A line is longer than [`LONGEST_LINE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineTooLong {
    /// From 1.
    pub line: i64,
}

/// A line that is not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the file, from 1; blank lines count here.
    pub number: i64,
    /// Without its end.
    pub text: Vec<u8>,
}

/// The state between two pieces.
#[derive(Debug, Default)]
pub struct Splitter {
    /// Lines whose end was seen.
    ended: i64,
    partial: Vec<u8>,
}

impl Splitter {
    /// Takes the next piece and appends the lines that end in it to `out`.
    pub fn feed(&mut self, mut piece: &[u8], out: &mut Vec<Line>) -> Result<(), LineTooLong> {
        while let Some(end) = piece.iter().position(|byte| *byte == b'\n') {
            self.extend(&piece[..end])?;
            self.end_line(out);
            piece = &piece[end + 1..];
        }
        self.extend(piece)
    }

    /// The file is over: its last line may lack an end.
    pub fn finish(mut self, out: &mut Vec<Line>) {
        self.end_line(out);
    }

    fn extend(&mut self, bytes: &[u8]) -> Result<(), LineTooLong> {
        if self.partial.len() + bytes.len() > LONGEST_LINE {
            return Err(LineTooLong { line: self.ended + 1 });
        }
        self.partial.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self, out: &mut Vec<Line>) {
        self.ended += 1;
        let mut text = std::mem::take(&mut self.partial);
        // Editors on Windows begin a file with a byte order mark.
        if self.ended == 1 && text.starts_with(b"\xEF\xBB\xBF") {
            text.drain(..3);
        }
        if !text.trim_ascii().is_empty() {
            out.push(Line { number: self.ended, text: text.trim_ascii().to_vec() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(pieces: &[&[u8]]) -> Vec<(i64, String)> {
        let (mut splitter, mut lines) = (Splitter::default(), Vec::new());
        for piece in pieces {
            splitter.feed(piece, &mut lines).expect("no line is too long");
        }
        splitter.finish(&mut lines);
        lines.into_iter().map(|l| (l.number, String::from_utf8(l.text).expect("text"))).collect()
    }

    #[test]
    fn lines_are_the_same_wherever_the_file_is_cut() {
        let file = b"\xEF\xBB\xBF{\"a\":1}\r\n\n  \n{\"b\":\"\xC3\xA5\"}\n{\"c\":3}";
        let whole = split(&[file]);
        assert_eq!(whole.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 4, 5]);
        assert_eq!(whole[0].1, "{\"a\":1}");
        for cut in 0..file.len() {
            assert_eq!(split(&[&file[..cut], b"", &file[cut..]]), whole, "cut at {cut}");
        }
        let bytes: Vec<&[u8]> = file.chunks(1).collect();
        assert_eq!(split(&bytes), whole);
    }

    #[test]
    fn a_line_that_is_too_long_is_named_before_it_is_held() {
        let (mut splitter, mut lines) = (Splitter::default(), Vec::new());
        splitter.feed(b"{}\n", &mut lines).unwrap();
        splitter.feed(&vec![b'x'; LONGEST_LINE], &mut lines).unwrap();
        assert_eq!(splitter.feed(b"x", &mut lines), Err(LineTooLong { line: 2 }));
        assert_eq!(splitter.partial.len(), LONGEST_LINE);
    }

    #[test]
    fn an_empty_file_has_no_lines() {
        assert_eq!(split(&[]), []);
        assert_eq!(split(&[b"\n\n"]), []);
    }
}
