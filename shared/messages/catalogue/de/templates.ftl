NOT_A_PARTNER = Vorlagen, Pläne und Angebote sind für Partner, und diese Organisation ist kein Partner. Geben Sie ihr zuerst die Rolle Partner.
NOTHING_TO_SUBMIT = Die Vorlage wurde seit ihrer neuesten Revision nicht geändert. Es gibt nichts einzureichen.
TEMPLATE_ARCHIVED = Die Vorlage ist archiviert. Heben Sie die Archivierung zuerst auf oder verwenden Sie eine andere.
TEMPLATE_DELETED = Die Vorlage ist gelöscht. Stellen Sie sie zuerst wieder her.
TEMPLATE_IN_USE = { $customers ->
    [one] Mit dieser Vorlage wurde { $customers } Kunde angelegt, daher kann sie nicht gelöscht werden. Archivieren Sie sie stattdessen.
   *[other] Mit dieser Vorlage wurden { $customers } Kunden angelegt, daher kann sie nicht gelöscht werden. Archivieren Sie sie stattdessen.
}
NOTHING_TO_UNDO = Es gibt nichts rückgängig zu machen: Die Vorlage ist nicht in diesem Zustand.
CUSTOMER_ALREADY_PINNED = Der Kunde wurde mit einer anderen Revision angelegt und behält sie, bis er abgemeldet wird.
SETTINGS_OUT_OF_DATE = Diese Einstellungen passen nicht mehr: { $settings }. Geben Sie andere Werte an oder entfernen Sie sie.
SUBSCRIPTION_NOT_OF_PARTNER = Dies ist kein Wholesale-Abonnement des Partners, oder es existiert nicht. Nennen Sie eines, das dem Partner zugeordnet ist.
SEVERAL_TEMPLATES_APPLY = Die Organisation wurde mit Vorlagen mehrerer Partner angelegt. Nennen Sie die gemeinte Revision.
OFFERING_WITHOUT_PLANS = { $offering } ist kein gehosteter Dienst, den Pläne konfigurieren, oder wird nicht mehr verkauft. Wählen Sie einen anderen.
PLAN_IN_USE = { $holders ->
    [one] { $holders } Kunde oder Benutzer hat diesen Plan. Nehmen Sie ihn zuerst zurück.
   *[other] { $holders } Kunden oder Benutzer haben diesen Plan. Nehmen Sie ihn zuerst von ihnen zurück.
}
PLAN_OFFERED_BELOW = { $offers ->
    [one] { $offers } Partner der Stufe darunter bietet diesen Plan an. Er muss zuerst dort zurückgezogen werden.
   *[other] { $offers } Partner der Stufe darunter bieten diesen Plan an. Er muss zuerst dort zurückgezogen werden.
}
PLAN_OFFERED = { $offers ->
    [one] Der Plan steht in { $offers } Angebot und kann daher nicht gelöscht werden. Ziehen Sie ihn zuerst zurück.
   *[other] Der Plan steht in { $offers } Angeboten und kann daher nicht gelöscht werden. Ziehen Sie ihn zuerst zurück.
}
PLANS_OUTSIDE_OFFER = Diese Pläne können hier nicht angeboten werden: Die Stufe darüber darf sie nicht anbieten, oder es gibt sie nicht. Wählen Sie andere.
PLAN_NOT_OFFERED = Dieser Plan wird nicht angeboten. Wählen Sie einen angebotenen.
TELEPHONY_NOT_ALLOWED = Die Telefonieoptionen passen nicht zusammen: Der Plan eines Kunden sagt, was dessen Nutzer haben dürfen. Vergeben Sie einen anderen Plan, oder nehmen Sie zuerst { $plans } zurück.
OFFER_OF_ANOTHER_TIER = Eine andere Stufe bietet dies dem Partner an. Sie muss alles zurückziehen, bevor eine andere es kann.
NOTHING_TO_PROVISION = Was angekreuzt ist, wird schon angeboten. Es gibt nichts bereitzustellen.

package-UNKNOWN_PACKAGE = Es gibt kein Paket { $package }. Übernehmen Sie den Namen aus der Liste der Pakete.
package-RETIRED_PACKAGE = { $package } wird nicht mehr neu vergeben. Wählen Sie ein anderes Paket.
package-WRONG_AUDIENCE = { $package } ist nicht für diese Zielgruppe. Lassen Sie es weg.
package-DUPLICATE_PACKAGE = { $package } kommt mehr als einmal vor. Nennen Sie es einmal.
package-MISSING_DEPENDENCY = { $package } braucht eines von diesen: { $packages }. Fügen Sie eines hinzu.
package-NO_BASE_PACKAGE = Ein Basispaket fehlt. Fügen Sie eines von diesen hinzu: { $packages }.
package-SEVERAL_BASE_PACKAGES = Es gibt mehr als ein Basispaket: { $packages }. Behalten Sie eines.
