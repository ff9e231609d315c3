LOOKS_LIKE_EXISTING = Es gibt bereits ähnliche Organisationen. Wählen Sie eine davon aus oder bestätigen Sie, dass Sie eine neue wünschen.
IMPORT_REFUSED = { $refused_count ->
    [one] Eine Zeile ist ungültig, daher wurde nichts übernommen. Korrigieren Sie sie oder übernehmen Sie nur die gültigen Zeilen.
   *[other] { $refused_count } Zeilen sind ungültig, daher wurde nichts übernommen. Korrigieren Sie sie oder übernehmen Sie nur die gültigen Zeilen.
}
IMPORT_OPTIONS_MISSING = Ein Import beginnt mit seinen Optionen. Bitte senden Sie diese zuerst.
ACTIVITY_OPTIONS_MISSING = Ein Aktivitätsbericht beginnt mit seinen Optionen. Bitte senden Sie diese zuerst.
LINE_TOO_LONG = Zeile { $line } ist länger als { $limit_bytes } Byte. Bitte kürzen Sie sie; jede Zeile steht für eine Organisation.
NOT_A_PARTNER = Diese Organisation ist kein Partner. Geben Sie ihr zuerst die Rolle Partner.
LINK_WOULD_CYCLE = Diese Verknüpfung würde eine Organisation zu ihrem eigenen Partner machen, direkt oder über andere.

match-MATCHED = Diese Adresse gehört zu einer Person dieser Organisation.
match-CANDIDATES = Eine dieser Organisationen könnte gemeint sein. Wählen Sie eine aus oder legen Sie eine neue an.
match-NONE = Keine bekannte Organisation passt. Sie können eine neue anlegen.

unlikely = Sie hat keine verifizierte Domain, und in den letzten 365 Tagen war dort niemand aktiv.
