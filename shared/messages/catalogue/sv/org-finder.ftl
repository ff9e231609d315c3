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
DOMAIN_CLAIMED_ELSEWHERE = En annan organisation har gjort anspråk på { $domain } eller en överordnad domän. Om den är din, kontakta din leverantör.
DOMAIN_NOT_VERIFIED = { $domain } är inte verifierad ännu. Skapa dess DNS-post och verifiera den först.
CHALLENGE_RECORD_MISSING = Det finns ingen TXT-post på { $record_name }. Skapa den, eller vänta tills den är publicerad, och verifiera igen.
CHALLENGE_MISMATCH = { $found_count ->
    [one] TXT-posten på { $record_name } har inte det väntade värdet. Rätta den och verifiera igen.
   *[other] Ingen av de { $found_count } TXT-posterna på { $record_name } har det väntade värdet. Rätta en och verifiera igen.
}
DNS_UNAVAILABLE = DNS gav inget svar om { $record_name }. Försök igen senare.
DOMAIN_LIMIT_REACHED = Organisationen har { $limit } domäner, vilket är det högsta antalet. Frigör en först.
ORGANIZATION_IN_USE = Organisationen har fortfarande kunder eller aktiva personer. Flytta dem först eller bekräfta att du vill ta bort den.
ORGANIZATION_NOT_DELETED = Organisationen är inte borttagen.
MERGE_PLAN_STALE = En av organisationerna har ändrats sedan sammanslagningen planerades. Planera den igen och se vad som är nytt.
MERGE_BLOCKED = Organisationerna kan inte slås samman som de är. Ta först bort det som planen nämner.
MERGE_UNDER_WAY = Organisationen håller på att slås samman. Vänta tills det är klart eller avbryt det.
NOT_MERGED = Organisationen har inte slagits samman med någon annan. Det finns inget att ta tillbaka.
UNDO_WINDOW_OVER = Sammanslagningen är för gammal för att tas tillbaka.
MERGE_NOT_UNDOABLE = Något hindrar att sammanslagningen tas tillbaka: { $resource }. Rätta till det först.
ORGANIZATION_MERGED = Organisationen har slagits samman med en annan. Använd { $merged_into }.
PARTNER_NOT_LINKED = Den här partnern hanterar inte den här organisationen.
LINK_IS_READ_ONLY = Genom länken får partnern bara läsa, så den kan inte begära fullständig administration.
LINK_HAS_FULL_ADMIN = Partnern administrerar redan organisationen fullständigt.
SETUP_NOT_COMPLETE = Fullständig administration kan begäras när tjänsten är installerad. Slutför installationen först.
ACCESS_REQUEST_PENDING = Organisationen har inte svarat på den senaste begäran ännu. Vänta på svaret.
ACCESS_REQUEST_EXPIRED = Ingen svarade på begäran i tid. Begär på nytt.
ACCESS_REQUEST_DECIDED = Begäran är redan besvarad, eller så har länken tagits bort.

match-MATCHED = Adressen tillhör en person i den här organisationen.
match-CANDIDATES = Det kan röra sig om en av dessa organisationer. Välj en eller skapa en ny organisation.
match-NONE = Ingen känd organisation passar. Du kan skapa en ny.

unlikely = Den har ingen verifierad domän och ingen har varit aktiv där de senaste 365 dagarna.

explain-MATCH = Den här organisationen är träffen: adressen tillhör en av dess personer och ingen annan organisations.
explain-CANDIDATE = Den här organisationen finns bland kandidaterna.
explain-MERGED = Den här organisationen har slagits samman med en annan, som prövas i stället.
explain-DELETED = Den här organisationen är borttagen.
explain-WRONG_ROLE = Den här organisationen har inte den roll som söks.
explain-PUBLIC_MAIL_DOMAIN = Adressen finns hos en allmän e-posttjänst, som inte säger något om en organisation.
explain-DISPOSABLE_MAIL_DOMAIN = Adressen finns hos en tjänst för engångsadresser, som inte säger något om en organisation.
explain-PUBLIC_SUFFIX = Adressens domän är en ändelse under vilken vem som helst kan registrera namn.
explain-NO_COMMON_DOMAIN = Organisationen har varken adressens domän eller en överordnad domän, och adressen tillhör ingen av dess personer.
explain-OTHER_IS_CONTACT = Adressen tillhör en person i en annan organisation, som är träffen.
explain-BEYOND_LIMIT = Organisationen passar, men för många andra passar bättre.
