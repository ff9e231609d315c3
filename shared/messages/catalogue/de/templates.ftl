NOT_A_PARTNER = Vorlagen gehören Partnern, und diese Organisation ist kein Partner. Geben Sie ihr zuerst die Rolle Partner.
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
