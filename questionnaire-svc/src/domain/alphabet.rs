//! The Kazakh alphabet: what comes after what, and which letter of a Russian keyboard stands for
//! which. A collation library would bring its tables for every language of the world.

/// The 42 letters in their order. The Russian alphabet keeps its own order inside it.
const ALPHABET: &str = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя";

/// A key that sorts as the alphabet does: letters without their case, digits and Latin before
/// Cyrillic, everything else as space. Equal keys are told apart by the text itself.
pub fn sort_key(text: &str) -> (Vec<u32>, String) {
    let key = text.chars().flat_map(char::to_lowercase).map(weight);
    (key.collect(), text.to_owned())
}

fn weight(letter: char) -> u32 {
    let in_alphabet = ALPHABET.chars().position(|it| it == letter);
    match (in_alphabet, letter) {
        // Above all that is not Cyrillic and below the rest of Cyrillic.
        (Some(at), _) => 0x0003_0000 + u32::try_from(at).unwrap_or_default(),
        (None, _) if letter.is_alphanumeric() && letter.is_ascii() => u32::from(letter),
        (None, _) if letter.is_alphanumeric() => 0x0004_0000 + u32::from(letter),
        (None, _) => u32::from(' '),
    }
}

/// The text as somebody types it who has no Kazakh letters at hand, in lower case.
pub fn folded(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'ә' => 'а',
            'ғ' => 'г',
            'қ' => 'к',
            'ң' => 'н',
            'ө' => 'о',
            'ұ' | 'ү' => 'у',
            'һ' => 'х',
            'і' => 'и',
            'ё' => 'е',
            other => other,
        })
        .collect()
}

/// Whether the text, or a word in it, begins so.
pub fn has_word(text: &str, prefix: &str) -> bool {
    let (text, prefix) = (folded(text), folded(prefix.trim()));
    let begins = |(at, _): (usize, char)| {
        let is_inside_word = text[..at]
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric);
        !is_inside_word && text[at..].starts_with(&prefix)
    };
    prefix.is_empty() || text.char_indices().any(begins)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sorted<'a>(words: &[&'a str]) -> Vec<&'a str> {
        let mut words = words.to_vec();
        words.sort_by_key(|word| sort_key(word));
        words
    }

    #[test]
    fn the_alphabet_has_its_42_letters_each_once() {
        let letters: std::collections::BTreeSet<_> = ALPHABET.chars().collect();
        assert_eq!((ALPHABET.chars().count(), letters.len()), (42, 42));
        for letter in "әғқңөұүһі".chars() {
            assert!(letters.contains(&letter), "{letter}");
        }
    }

    #[test]
    fn kazakh_letters_come_after_the_letters_they_grew_out_of() {
        // By code points they would all come after я.
        let words = [
            "Ақтөбе",
            "Әзербайжан",
            "Батыс",
            "Голланд",
            "Ғылым",
            "Дания",
            "Кореяда",
            "Қазақ",
            "Лаос",
            "Неміс",
            "Ңы",
            "Орыс",
            "Өзбек",
            "Поляк",
            "Украин",
            "Ұлытау",
            "Үнді",
            "Финн",
            "Хинди",
            "Һинд",
            "Чех",
            "Ыстық",
            "Ірі",
            "Эстон",
            "Якут",
        ];
        let mut mixed = words.to_vec();
        mixed.reverse();
        assert_eq!(sorted(&mixed), words);
    }

    #[test]
    fn case_does_not_matter_and_the_longer_word_comes_later() {
        assert_eq!(sorted(&["Қала", "қал", "ҚАЛАЙ"]), ["қал", "Қала", "ҚАЛАЙ"]);
        assert_eq!(sorted(&["Ёж", "Еж", "Жук"]), ["Еж", "Ёж", "Жук"]);
    }

    #[test]
    fn digits_and_latin_come_first_and_a_space_before_any_letter() {
        assert_eq!(
            sorted(&["Абай облысы", "B1", "Абайлық", "12"]),
            ["12", "B1", "Абай облысы", "Абайлық"]
        );
    }

    #[test]
    fn every_letter_sorts_by_its_place_in_both_cases() {
        let letters: Vec<String> = ALPHABET.chars().map(String::from).collect();
        let keys = |upper: bool| {
            letters.iter().map(move |letter| {
                let letter = if upper {
                    letter.to_uppercase()
                } else {
                    letter.clone()
                };
                sort_key(&letter).0
            })
        };
        assert!(keys(false).is_sorted() && keys(true).is_sorted());
        assert!(keys(false).eq(keys(true)));
    }

    #[test]
    fn words_are_found_by_the_letters_of_a_russian_keyboard() {
        for (text, prefix) in [
            ("Қостанай облысы", "кост"),
            ("Өзбек тілі", "узб"),
            ("Шымкент қаласы", "кал"),
            ("Ұлытау облысы", "УЛЫ"),
            ("Ірі кәсіпорын", "касип"),
            ("«Үлгі» ЖШС", "улг"),
        ] {
            let expected = prefix != "узб";
            assert_eq!(has_word(text, prefix), expected, "{text} {prefix}");
        }
        assert!(has_word("Өзбек тілі", "озб"));
        assert!(!has_word("Қостанай", "станай"));
        assert!(has_word("Қостанай", " "));
    }

    proptest! {
        #[test]
        fn a_text_is_found_by_itself_and_by_its_beginning(text in "[а-яәғқңөұүһі]{1,12}", cut in 1usize..12) {
            let start: String = text.chars().take(cut).collect();
            prop_assert!(has_word(&text, &start));
            prop_assert!(has_word(&text, &folded(&start)));
        }
    }
}
