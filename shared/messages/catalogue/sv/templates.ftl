NOT_A_PARTNER = Mallar tillhör partner, och den här organisationen är ingen partner. Ge den partnerrollen först.
NOTHING_TO_SUBMIT = Mallen har inte ändrats sedan den senaste revisionen. Det finns inget att skicka in.
TEMPLATE_ARCHIVED = Mallen är arkiverad. Avarkivera den först eller använd en annan.
TEMPLATE_DELETED = Mallen är borttagen. Återställ den först.
TEMPLATE_IN_USE = { $customers ->
    [one] { $customers } kund har skapats med mallen, så den kan inte tas bort. Arkivera den i stället.
   *[other] { $customers } kunder har skapats med mallen, så den kan inte tas bort. Arkivera den i stället.
}
NOTHING_TO_UNDO = Det finns inget att ångra: mallen är inte i det läget.
CUSTOMER_ALREADY_PINNED = Kunden skapades med en annan revision och behåller den tills den avslutas.
SETTINGS_OUT_OF_DATE = Dessa inställningar passar inte längre: { $settings }. Ange andra värden eller ta bort dem.
SUBSCRIPTION_NOT_OF_PARTNER = Detta är ingen grossistprenumeration som tillhör partnern, eller så finns den inte. Ange en som är kopplad till partnern.
SEVERAL_TEMPLATES_APPLY = Organisationen har skapats med mallar från flera partner. Ange vilken revision du menar.
