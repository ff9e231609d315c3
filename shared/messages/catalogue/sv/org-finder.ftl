LOOKS_LIKE_EXISTING = Det finns redan liknande organisationer. Välj en av dem eller bekräfta att du vill ha en ny.
IMPORT_REFUSED = { $refused_count ->
    [one] En rad är ogiltig, så ingenting lästes in. Rätta den eller läs in bara de giltiga raderna.
   *[other] { $refused_count } rader är ogiltiga, så ingenting lästes in. Rätta dem eller läs in bara de giltiga raderna.
}
IMPORT_OPTIONS_MISSING = En import börjar med sina inställningar. Skicka dem först.
ACTIVITY_OPTIONS_MISSING = En aktivitetsrapport börjar med sina inställningar. Skicka dem först.
LINE_TOO_LONG = Rad { $line } är längre än { $limit_bytes } byte. Korta den; varje rad är en organisation.
NOT_A_PARTNER = Den här organisationen är ingen partner. Ge den partnerrollen först.
LINK_WOULD_CYCLE = Länken skulle göra en organisation till sin egen partner, direkt eller via andra.

match-MATCHED = Adressen tillhör en person i den här organisationen.
match-CANDIDATES = Det kan röra sig om en av dessa organisationer. Välj en eller skapa en ny organisation.
match-NONE = Ingen känd organisation passar. Du kan skapa en ny.

unlikely = Den har ingen verifierad domän och ingen har varit aktiv där de senaste 365 dagarna.
