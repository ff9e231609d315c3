NOT_A_PARTNER = Les modèles, les forfaits et les offres sont destinés aux partenaires, et cette organisation n'en est pas un. Attribuez-lui d'abord le rôle de partenaire.
NOTHING_TO_SUBMIT = Le modèle n'a pas changé depuis sa dernière révision. Il n'y a rien à soumettre.
TEMPLATE_ARCHIVED = Le modèle est archivé. Désarchivez-le d'abord ou utilisez-en un autre.
TEMPLATE_DELETED = Le modèle est supprimé. Restaurez-le d'abord.
TEMPLATE_IN_USE = { $customers ->
    [one] { $customers } client a été créé avec ce modèle, qui ne peut donc pas être supprimé. Archivez-le plutôt.
   *[other] { $customers } clients ont été créés avec ce modèle, qui ne peut donc pas être supprimé. Archivez-le plutôt.
}
NOTHING_TO_UNDO = Il n'y a rien à annuler : le modèle n'est pas dans cet état.
CUSTOMER_ALREADY_PINNED = Le client a été créé avec une autre révision et la garde jusqu'à son départ.
SETTINGS_OUT_OF_DATE = Ces paramètres ne conviennent plus : { $settings }. Donnez d'autres valeurs ou retirez-les.
SUBSCRIPTION_NOT_OF_PARTNER = Ce n'est pas un abonnement de gros du partenaire, ou il n'existe pas. Indiquez-en un qui est associé au partenaire.
SEVERAL_TEMPLATES_APPLY = L'organisation a été créée avec des modèles de plusieurs partenaires. Indiquez la révision voulue.
OFFERING_WITHOUT_PLANS = { $offering } n'est pas un service hébergé configuré par des forfaits, ou n'est plus vendu. Choisissez-en un autre.
PLAN_IN_USE = { $holders ->
    [one] { $holders } client ou utilisateur a ce forfait. Reprenez-le d'abord.
   *[other] { $holders } clients ou utilisateurs ont ce forfait. Reprenez-le-leur d'abord.
}
PLAN_OFFERED_BELOW = { $offers ->
    [one] { $offers } partenaire du niveau inférieur propose ce forfait. Il doit d'abord y être retiré.
   *[other] { $offers } partenaires du niveau inférieur proposent ce forfait. Il doit d'abord y être retiré.
}
PLAN_OFFERED = { $offers ->
    [one] Le forfait figure dans { $offers } offre et ne peut donc pas être supprimé. Retirez-le d'abord.
   *[other] Le forfait figure dans { $offers } offres et ne peut donc pas être supprimé. Retirez-le d'abord.
}
PLANS_OUTSIDE_OFFER = Ces forfaits ne peuvent pas être proposés ici : le niveau supérieur ne peut pas les proposer, ou ils n'existent pas. Choisissez-en d'autres.
PLAN_NOT_OFFERED = Ce forfait n'est pas proposé. Choisissez-en un qui l'est.
TELEPHONY_NOT_ALLOWED = Les options de téléphonie ne vont pas ensemble : le forfait d'un client dit ce que ses utilisateurs peuvent avoir. Donnez un autre forfait, ou retirez d'abord { $plans }.
OFFER_OF_ANOTHER_TIER = Un autre niveau propose ceci au partenaire. Il doit tout retirer avant qu'un autre puisse le faire.
NOTHING_TO_PROVISION = Ce qui est coché est déjà proposé. Il n'y a rien à mettre en service.

package-UNKNOWN_PACKAGE = Il n'y a pas de package { $package }. Copiez son nom dans la liste des packages.
package-RETIRED_PACKAGE = { $package } n'est plus attribué à personne de nouveau. Choisissez-en un autre.
package-WRONG_AUDIENCE = { $package } n'est pas destiné à ce public. Retirez-le.
package-DUPLICATE_PACKAGE = { $package } figure plus d'une fois. Indiquez-le une seule fois.
package-MISSING_DEPENDENCY = { $package } exige l'un de ceux-ci : { $packages }. Ajoutez-en un.
package-NO_BASE_PACKAGE = Il manque un package de base. Ajoutez l'un de ceux-ci : { $packages }.
package-SEVERAL_BASE_PACKAGES = Il y a plus d'un package de base : { $packages }. Gardez-en un.
