//! What people are told about a match, in the languages of the suite. Programs act on the outcome, never on these texts.

use super::matching::Outcome;

/// The outcome in words.
pub fn outcome(outcome: &Outcome, locale: &str) -> &'static str {
    let texts = match outcome {
        Outcome::Matched(_) => [
            "This address belongs to a person of this organization.",
            "Cette adresse appartient à une personne de cette organisation.",
            "Adressen tillhör en person i den här organisationen.",
            "Diese Adresse gehört einer Person dieser Organisation.",
            "Este endereço pertence a uma pessoa desta organização.",
        ],
        Outcome::Candidates(_) => [
            "One of these organizations may be meant; choose one, or create a new organization.",
            "L'une de ces organisations est peut-être visée ; choisissez-en une ou créez une nouvelle organisation.",
            "En av dessa organisationer kan avses; välj en eller skapa en ny organisation.",
            "Eine dieser Organisationen kann gemeint sein; wählen Sie eine aus oder legen Sie eine neue an.",
            "Uma destas organizações pode ser a desejada; escolha uma ou crie uma nova organização.",
        ],
        Outcome::None => [
            "No known organization fits; a new one may be created.",
            "Aucune organisation connue ne convient ; une nouvelle peut être créée.",
            "Ingen känd organisation passar; en ny kan skapas.",
            "Keine bekannte Organisation passt; eine neue kann angelegt werden.",
            "Nenhuma organização conhecida corresponde; uma nova pode ser criada.",
        ],
    };
    choose(texts, locale)
}

/// Why a candidate is unlikely.
pub fn unlikely(locale: &str) -> &'static str {
    let texts = [
        "It has no verified domain, and nobody was active there in the last 365 days.",
        "Elle n'a aucun domaine vérifié et personne n'y a été actif au cours des 365 derniers jours.",
        "Den har ingen verifierad domän och ingen har varit aktiv där de senaste 365 dagarna.",
        "Sie hat keine verifizierte Domain, und in den letzten 365 Tagen war dort niemand aktiv.",
        "Ela não tem domínio verificado e ninguém esteve ativo nela nos últimos 365 dias.",
    ];
    choose(texts, locale)
}

/// Texts stand in the order en, fr, sv, de, pt-BR.
fn choose(texts: [&'static str; 5], locale: &str) -> &'static str {
    let index = match locale {
        "fr" => 1,
        "sv" => 2,
        "de" => 3,
        "pt-BR" => 4,
        _ => 0,
    };
    texts[index]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_texts_of_its_own() {
        for outcome_kind in [Outcome::None, Outcome::Candidates(vec![])] {
            let texts: std::collections::BTreeSet<_> =
                ["en", "fr", "sv", "de", "pt-BR"].map(|locale| outcome(&outcome_kind, locale)).into();
            assert_eq!(texts.len(), 5);
        }
        assert_eq!(unlikely("xx"), unlikely("en"));
    }
}
