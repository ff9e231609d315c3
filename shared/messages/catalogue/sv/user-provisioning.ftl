LOCATION_EXISTS = Det finns redan en plats med det namnet. Välj ett annat namn.
HEADQUARTERS_EXISTS = Kunden har redan ett huvudkontor. Ändra det eller lägg till en filial.
UNKNOWN_PACKAGE = Finns inte i katalogen eller är inte för användare: { $packages }. Välj ett annat paket.
UNKNOWN_LOCATION = Vissa platser tillhör inte den här kunden. Rätta dem som anges.
UNKNOWN_TARGET = Målet tillhör varken kunden eller dess partner. Välj ett annat.
USERS_EXIST = { $count ->
    [one] Det finns redan en användare med den adressen. Ta bort den eller rätta adressen.
   *[other] { $count } av dessa användare finns redan. Ta bort dem eller rätta deras adresser.
}
TARGET_EXISTS = Organisationen har redan ett mål med det namnet. Välj ett annat namn.
NOT_A_SIMULATOR = Bara en simulator kan visa vad den har tagit emot.
TARGET_UNAVAILABLE = Målsystemet svarar inte. Ett nytt försök görs automatiskt.
TARGET_REFUSED = Målsystemet avvisade kontot. Rätta de uppgifter som det anger och försök igen.
