//! Bar codes of the kind Code 128 (ISO/IEC 15417), as hospital scanners read them.

/// Widths of bars and spaces, alternately, for each symbol value.
const PATTERNS: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212",
    "221213", "221312", "231212", "112232", "122132", "122231", "113222", "123122", "123221",
    "223211", "221132", "221231", "213212", "223112", "312131", "311222", "321122", "321221",
    "312212", "322112", "322211", "212123", "212321", "232121", "111323", "131123", "131321",
    "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331", "132131",
    "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131",
    "311123", "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111",
    "111224", "111422", "121124", "121421", "141122", "141221", "112214", "112412", "122114",
    "122411", "142112", "142211", "241211", "221114", "413111", "241112", "134111", "111242",
    "121142", "121241", "114212", "124112", "124211", "411212", "421112", "421211", "212141",
    "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];

const START_B: u32 = 104;
const START_C: u32 = 105;
const TO_B: u32 = 100;
const TO_C: u32 = 99;
const STOP: u32 = 106;

/// The bars as (start, width) in modules, and the width of the whole without its quiet zones. `None` for
/// text that is empty or has a character outside printable ASCII.
pub(crate) fn bars(text: &str) -> Option<(Vec<(u32, u32)>, u32)> {
    let mut bars = Vec::new();
    let mut x = 0;
    for value in symbols(text)? {
        for (at, width) in PATTERNS[value as usize].bytes().enumerate() {
            let width = u32::from(width - b'0');
            if at % 2 == 0 {
                bars.push((x, width));
            }
            x += width;
        }
    }
    Some((bars, x))
}

/// Start, data, check symbol, stop. Four digits or more are packed in pairs.
fn symbols(text: &str) -> Option<Vec<u32>> {
    let bytes = text.as_bytes();
    if bytes.is_empty() || !bytes.iter().all(|byte| (32..=126).contains(byte)) {
        return None;
    }
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count()
    };
    let mut pairs = digits(0) >= 4;
    let mut symbols = vec![if pairs { START_C } else { START_B }];
    let mut at = 0;
    while at < bytes.len() {
        if pairs && digits(at) >= 2 {
            symbols.push(u32::from(bytes[at] - b'0') * 10 + u32::from(bytes[at + 1] - b'0'));
            at += 2;
        } else if pairs {
            symbols.push(TO_B);
            pairs = false;
        } else if digits(at) >= 4 && digits(at) % 2 == 0 {
            symbols.push(TO_C);
            pairs = true;
        } else {
            symbols.push(u32::from(bytes[at]) - 32);
            at += 1;
        }
    }
    let check = symbols
        .iter()
        .zip(std::iter::once(1).chain(1..))
        .map(|(symbol, weight)| symbol * weight)
        .sum::<u32>()
        % 103;
    symbols.extend([check, STOP]);
    Some(symbols)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    /// Reads symbols back as a scanner does, checking the check symbol.
    fn read(text: &str) -> String {
        let symbols = symbols(text).unwrap();
        let (data, tail) = symbols.split_at(symbols.len() - 2);
        let check: u32 = data[0]
            + data[1..]
                .iter()
                .zip(1..)
                .map(|(symbol, weight)| symbol * weight)
                .sum::<u32>();
        assert_eq!(tail, [check % 103, STOP]);
        let mut pairs = data[0] == START_C;
        let mut read = String::new();
        for &symbol in &data[1..] {
            match (pairs, symbol) {
                (true, TO_B) => pairs = false,
                (false, TO_C) => pairs = true,
                (true, _) => read.push_str(&format!("{symbol:02}")),
                (false, _) => read.push(char::from_u32(symbol + 32).unwrap()),
            }
        }
        read
    }

    #[test]
    fn a_scanner_reads_what_was_encoded() {
        for text in [
            "P2026000123-7",
            "1234",
            "12345",
            "A",
            "P1",
            "ab12cd3456",
            "~ !",
            "007",
        ] {
            assert_eq!(read(text), text);
        }
    }

    #[test]
    fn a_worked_example_has_its_check_symbol() {
        // 104 + 48 + 2·42 + 3·42 + 4·17 + 5·18 + 6·19 + 7·35 = 879 = 8·103 + 55.
        assert_eq!(
            symbols("PJJ123C").unwrap(),
            [104, 48, 42, 42, 17, 18, 19, 35, 55, 106]
        );
    }

    #[test]
    fn every_symbol_is_eleven_modules_wide() {
        for pattern in &PATTERNS[..106] {
            assert_eq!(pattern.bytes().map(|b| b - b'0').sum::<u8>(), 11);
        }
        let (bars, width) = bars("P1").unwrap();
        // Start, two letters, check, and the stop with its last bar.
        assert_eq!(width, 4 * 11 + 13);
        assert_eq!(bars.len(), 4 * 3 + 4);
    }

    #[test]
    fn what_a_scanner_cannot_say_is_refused() {
        for text in ["", "é", "a\n"] {
            assert_eq!(symbols(text), None, "{text:?}");
        }
    }
}
