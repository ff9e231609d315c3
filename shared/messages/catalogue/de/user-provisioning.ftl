LOCATION_EXISTS = Es gibt bereits einen Standort mit diesem Namen. Bitte wählen Sie einen anderen Namen.
HEADQUARTERS_EXISTS = Der Kunde hat bereits einen Hauptsitz. Ändern Sie diesen oder fügen Sie eine Zweigstelle hinzu.
UNKNOWN_PACKAGE = Nicht im Katalog oder nicht für Benutzer vorgesehen: { $packages }. Bitte wählen Sie ein anderes Paket.
UNKNOWN_LOCATION = Einige Standorte gehören nicht zu diesem Kunden. Bitte korrigieren Sie die aufgeführten.
UNKNOWN_TARGET = Dieses Ziel gehört weder dem Kunden noch seinem Partner. Bitte wählen Sie ein anderes.
USERS_EXIST = { $count ->
    [one] Ein Benutzer mit dieser Adresse existiert bereits. Lassen Sie ihn weg oder korrigieren Sie die Adresse.
   *[other] { $count } dieser Benutzer existieren bereits. Lassen Sie sie weg oder korrigieren Sie ihre Adressen.
}
TARGET_EXISTS = Die Organisation hat bereits ein Ziel mit diesem Namen. Bitte wählen Sie einen anderen Namen.
NOT_A_SIMULATOR = Nur ein Simulator kann zeigen, was er empfangen hat.
TARGET_UNAVAILABLE = Das Zielsystem antwortet nicht. Es wird automatisch erneut versucht.
TARGET_REFUSED = Das Zielsystem hat das Konto abgelehnt. Korrigieren Sie die genannten Angaben und versuchen Sie es erneut.
