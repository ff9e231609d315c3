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
DOMAIN_CLAIMED_ELSEWHERE = { $domain } oder eine übergeordnete Domain wird von einer anderen Organisation beansprucht. Wenn sie Ihnen gehört, wenden Sie sich an Ihren Anbieter.
DOMAIN_NOT_VERIFIED = { $domain } ist noch nicht verifiziert. Legen Sie zuerst den DNS-Eintrag an und verifizieren Sie die Domain.
CHALLENGE_RECORD_MISSING = Unter { $record_name } gibt es keinen TXT-Eintrag. Legen Sie ihn an oder warten Sie, bis er veröffentlicht ist, und verifizieren Sie erneut.
CHALLENGE_MISMATCH = { $found_count ->
    [one] Der TXT-Eintrag unter { $record_name } hat nicht den erwarteten Wert. Korrigieren Sie ihn und verifizieren Sie erneut.
   *[other] Keiner der { $found_count } TXT-Einträge unter { $record_name } hat den erwarteten Wert. Korrigieren Sie einen und verifizieren Sie erneut.
}
DNS_UNAVAILABLE = Das DNS hat zu { $record_name } nicht geantwortet. Versuchen Sie es später erneut.
DOMAIN_LIMIT_REACHED = Diese Organisation hat { $limit } Domains; mehr sind nicht möglich. Geben Sie zuerst eine frei.
ORGANIZATION_IN_USE = Diese Organisation betreut noch Kunden oder hat aktive Personen. Ordnen Sie diese zuerst anders zu oder bestätigen Sie das Löschen.
ORGANIZATION_NOT_DELETED = Diese Organisation ist nicht gelöscht.
MERGE_PLAN_STALE = Eine der beiden Organisationen hat sich geändert, seit die Zusammenführung geplant wurde. Planen Sie sie neu und sehen Sie nach, was neu ist.
MERGE_BLOCKED = Diese Organisationen lassen sich so nicht zusammenführen. Beseitigen Sie zuerst, was der Plan nennt.
MERGE_UNDER_WAY = Diese Organisation wird gerade zusammengeführt. Warten Sie das Ende ab oder brechen Sie es ab.
NOT_MERGED = Diese Organisation wurde mit keiner anderen zusammengeführt. Es gibt nichts zurückzunehmen.
UNDO_WINDOW_OVER = Diese Zusammenführung ist zu alt, um sie zurückzunehmen.
MERGE_NOT_UNDOABLE = Etwas steht der Rücknahme dieser Zusammenführung im Weg: { $resource }. Bringen Sie das zuerst in Ordnung.
ORGANIZATION_MERGED = Diese Organisation wurde mit einer anderen zusammengeführt. Verwenden Sie { $merged_into }.
PARTNER_NOT_LINKED = Dieser Partner betreut diese Organisation nicht.
LINK_IS_READ_ONLY = Über diese Verknüpfung darf der Partner nur lesen und kann daher keine volle Verwaltung anfragen.
LINK_HAS_FULL_ADMIN = Der Partner verwaltet diese Organisation bereits vollständig.
SETUP_NOT_COMPLETE = Die volle Verwaltung kann angefragt werden, sobald der Dienst eingerichtet ist. Schließen Sie zuerst die Einrichtung ab.
ACCESS_REQUEST_PENDING = Diese Organisation hat die letzte Anfrage noch nicht beantwortet. Warten Sie die Antwort ab.
ACCESS_REQUEST_EXPIRED = Niemand hat diese Anfrage rechtzeitig beantwortet. Fragen Sie erneut an.
ACCESS_REQUEST_DECIDED = Diese Anfrage wurde bereits beantwortet, oder ihre Verknüpfung wurde entfernt.

match-MATCHED = Diese Adresse gehört zu einer Person dieser Organisation.
match-CANDIDATES = Eine dieser Organisationen könnte gemeint sein. Wählen Sie eine aus oder legen Sie eine neue an.
match-NONE = Keine bekannte Organisation passt. Sie können eine neue anlegen.

unlikely = Sie hat keine verifizierte Domain, und in den letzten 365 Tagen war dort niemand aktiv.

explain-MATCH = Diese Organisation ist der Treffer: Die Adresse gehört zu einer ihrer Personen und zu keiner anderen Organisation.
explain-CANDIDATE = Diese Organisation ist unter den Kandidaten.
explain-MERGED = Diese Organisation wurde mit einer anderen zusammengeführt, die an ihrer Stelle geprüft wird.
explain-DELETED = Diese Organisation ist gelöscht.
explain-WRONG_ROLE = Diese Organisation hat nicht die gesuchte Rolle.
explain-PUBLIC_MAIL_DOMAIN = Die Adresse gehört zu einem öffentlichen Maildienst, der nichts über eine Organisation aussagt.
explain-DISPOSABLE_MAIL_DOMAIN = Die Adresse gehört zu einem Dienst für Wegwerfadressen, der nichts über eine Organisation aussagt.
explain-PUBLIC_SUFFIX = Die Domain der Adresse ist eine Endung, unter der jeder Namen registrieren kann.
explain-NO_COMMON_DOMAIN = Diese Organisation hat weder die Domain der Adresse noch eine übergeordnete, und die Adresse gehört zu keiner ihrer Personen.
explain-OTHER_IS_CONTACT = Die Adresse gehört zu einer Person einer anderen Organisation, die der Treffer ist.
explain-BEYOND_LIMIT = Diese Organisation passt, aber zu viele andere passen besser.
