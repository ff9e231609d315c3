//! Medians and spreads over the rounds, and plain tables of them.

/// What was measured in each round.
#[derive(Clone, Debug, Default)]
pub struct Series(Vec<f64>);

impl Series {
    /// Adds a round.
    pub fn push(&mut self, value: f64) {
        self.0.push(value);
    }

    /// Round by round, this one by the other, which was measured in the same rounds.
    pub fn over(&self, other: &Series) -> Series {
        Series(self.0.iter().zip(&other.0).map(|(a, b)| a / b).collect())
    }

    /// Round by round, this one less the other.
    pub fn less(&self, other: &Series) -> Series {
        Series(self.0.iter().zip(&other.0).map(|(a, b)| a - b).collect())
    }

    /// The middle; not a number without rounds.
    pub fn median(&self) -> f64 {
        quantile(&mut self.0.clone(), 0.5)
    }

    /// `median (least-most)`, or a dash without rounds.
    pub fn spread(&self, digits: usize) -> String {
        let (Some(least), Some(most)) = (self.extreme(f64::min), self.extreme(f64::max)) else {
            return "-".to_owned();
        };
        format!("{:.digits$} ({least:.digits$}..{most:.digits$})", self.median())
    }

    fn extreme(&self, pick: fn(f64, f64) -> f64) -> Option<f64> {
        self.0.iter().copied().reduce(pick)
    }
}

/// The value below which this part of the values lies; sorts them.
pub fn quantile(values: &mut [f64], part: f64) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    values.sort_unstable_by(f64::total_cmp);
    let place = (values.len() - 1) as f64 * part;
    let (below, above) = (values[place.floor() as usize], values[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

/// Prints rows under a head, each column as wide as it must be; the first to the left, the others to the right.
pub fn print_table(head: &[&str], rows: &[Vec<String>]) {
    let head: Vec<String> = head.iter().map(|text| (*text).to_owned()).collect();
    let widths: Vec<usize> = (0..head.len())
        .map(|column| std::iter::once(&head).chain(rows).map(|row| row[column].len()).max().unwrap_or(0))
        .collect();
    for row in std::iter::once(&head).chain(rows) {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(
                |(column, (cell, &width))| {
                    if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
                },
            )
            .collect();
        println!("  {}", cells.join("  "));
    }
}

/// Prints how a ratio stands to its goal.
pub fn print_goal(what: &str, ratio: &Series, goal: f64, at_most: bool) {
    let median = ratio.median();
    let met = if at_most { median <= goal } else { median >= goal };
    let sign = if at_most { "<=" } else { ">=" };
    let verdict = if met { "met" } else { "NOT met" };
    println!("  {what}: {}x, goal {sign} {goal}x: {verdict}", ratio.spread(2));
}
