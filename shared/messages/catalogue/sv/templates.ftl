NOT_A_PARTNER = Mallar, planer och erbjudanden är till för partner, och den här organisationen är ingen partner. Ge den partnerrollen först.
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
OFFERING_WITHOUT_PLANS = { $offering } är ingen driftad tjänst som konfigureras med planer, eller säljs inte längre. Välj en annan.
PLAN_IN_USE = { $holders ->
    [one] { $holders } kund eller användare har planen. Ta tillbaka den först.
   *[other] { $holders } kunder eller användare har planen. Ta tillbaka den från dem först.
}
PLAN_OFFERED_BELOW = { $offers ->
    [one] { $offers } partner i ledet under erbjuder planen. Den måste dras tillbaka där först.
   *[other] { $offers } partner i ledet under erbjuder planen. Den måste dras tillbaka hos dem först.
}
PLAN_OFFERED = { $offers ->
    [one] Planen ingår i { $offers } erbjudande, så den kan inte tas bort. Dra tillbaka den först.
   *[other] Planen ingår i { $offers } erbjudanden, så den kan inte tas bort. Dra tillbaka den först.
}
PLANS_OUTSIDE_OFFER = Dessa planer kan inte erbjudas här: ledet ovanför får inte erbjuda dem, eller så finns de inte. Välj andra.
PLAN_NOT_OFFERED = Planen ingår inte i erbjudandet. Välj en som gör det.
TELEPHONY_NOT_ALLOWED = Telefonialternativen går inte ihop: kundens plan säger vad dess användare får ha. Ge en annan plan, eller ta först tillbaka { $plans }.
OFFER_OF_ANOTHER_TIER = Ett annat led erbjuder detta till partnern. Det måste dra tillbaka allt innan ett annat kan göra det.
NOTHING_TO_PROVISION = Det som är förkryssat erbjuds redan. Det finns inget att tillhandahålla.

package-UNKNOWN_PACKAGE = Det finns inget paket { $package }. Kopiera namnet från listan över paket.
package-RETIRED_PACKAGE = { $package } ges inte längre till någon ny. Välj ett annat paket.
package-WRONG_AUDIENCE = { $package } är inte till för den här målgruppen. Utelämna det.
package-DUPLICATE_PACKAGE = { $package } förekommer mer än en gång. Ange det en gång.
package-MISSING_DEPENDENCY = { $package } kräver ett av dessa: { $packages }. Lägg till ett.
package-NO_BASE_PACKAGE = Ett baspaket saknas. Lägg till ett av dessa: { $packages }.
package-SEVERAL_BASE_PACKAGES = Det finns mer än ett baspaket: { $packages }. Behåll ett.
