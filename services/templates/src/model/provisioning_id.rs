//! Provisioning ids: short enough to read out on the telephone, too many to guess.

/// Letters and digits that nobody mistakes for one another: no 0, 1, 8 or 9.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The id made of 80 random bits: four groups of four characters.
pub fn from_random(bits: [u8; 10]) -> String {
    let mut number = bits.iter().fold(0u128, |number, byte| number << 8 | u128::from(*byte));
    let mut text = Vec::with_capacity(19);
    for place in 0..16 {
        if place > 0 && place % 4 == 0 {
            text.push(b'-');
        }
        text.push(ALPHABET[(number & 31) as usize]);
        number >>= 5;
    }
    String::from_utf8(text).expect("the alphabet is ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn different_bits_give_different_ids_of_one_form() {
        assert_eq!(from_random([0; 10]), "AAAA-AAAA-AAAA-AAAA");
        assert_eq!(from_random([255; 10]), "7777-7777-7777-7777");
        let mut bits = [0; 10];
        bits[0] = 0x80;
        assert_eq!(from_random(bits), "AAAA-AAAA-AAAA-AAAQ");
    }
}
