NOT_A_PARTNER = Modelos, planos e ofertas são para parceiros, e esta organização não é um parceiro. Atribua a ela primeiro a função de parceiro.
NOTHING_TO_SUBMIT = O modelo não mudou desde a última revisão. Não há nada a enviar.
TEMPLATE_ARCHIVED = O modelo está arquivado. Desarquive-o primeiro ou use outro.
TEMPLATE_DELETED = O modelo foi excluído. Restaure-o primeiro.
TEMPLATE_IN_USE = { $customers ->
    [one] { $customers } cliente foi criado com este modelo, por isso ele não pode ser excluído. Arquive-o em vez disso.
   *[other] { $customers } clientes foram criados com este modelo, por isso ele não pode ser excluído. Arquive-o em vez disso.
}
NOTHING_TO_UNDO = Não há nada a desfazer: o modelo não está nesse estado.
CUSTOMER_ALREADY_PINNED = O cliente foi criado com outra revisão e a mantém até ser desligado.
SETTINGS_OUT_OF_DATE = Estas configurações não servem mais: { $settings }. Informe outros valores ou remova-as.
SUBSCRIPTION_NOT_OF_PARTNER = Esta não é uma assinatura de atacado do parceiro, ou ela não existe. Informe uma que esteja associada ao parceiro.
SEVERAL_TEMPLATES_APPLY = A organização foi criada com modelos de vários parceiros. Informe a revisão desejada.
OFFERING_WITHOUT_PLANS = { $offering } não é um serviço hospedado configurado por planos, ou não é mais vendido. Escolha outro.
PLAN_IN_USE = { $holders ->
    [one] { $holders } cliente ou usuário tem este plano. Retire-o primeiro.
   *[other] { $holders } clientes ou usuários têm este plano. Retire-o deles primeiro.
}
PLAN_OFFERED_BELOW = { $offers ->
    [one] { $offers } parceiro do nível abaixo oferece este plano. Ele precisa ser retirado lá primeiro.
   *[other] { $offers } parceiros do nível abaixo oferecem este plano. Ele precisa ser retirado lá primeiro.
}
PLAN_OFFERED = { $offers ->
    [one] O plano está em { $offers } oferta, por isso não pode ser excluído. Retire-o primeiro.
   *[other] O plano está em { $offers } ofertas, por isso não pode ser excluído. Retire-o primeiro.
}
PLANS_OUTSIDE_OFFER = Estes planos não podem ser oferecidos aqui: o nível acima não pode oferecê-los, ou eles não existem. Escolha outros.
PLAN_NOT_OFFERED = Este plano não é oferecido. Escolha um que seja.
TELEPHONY_NOT_ALLOWED = As opções de telefonia não combinam: o plano de um cliente diz o que seus usuários podem ter. Dê outro plano ou retire antes { $plans }.
OFFER_OF_ANOTHER_TIER = Outro nível oferece isto ao parceiro. Ele precisa retirar tudo antes que outro possa oferecer.
NOTHING_TO_PROVISION = O que está marcado já é oferecido. Não há nada a provisionar.

package-UNKNOWN_PACKAGE = Não existe o pacote { $package }. Copie o nome da lista de pacotes.
package-RETIRED_PACKAGE = { $package } não é mais dado a ninguém novo. Escolha outro pacote.
package-WRONG_AUDIENCE = { $package } não é para este público. Deixe-o de fora.
package-DUPLICATE_PACKAGE = { $package } aparece mais de uma vez. Informe-o uma vez.
package-MISSING_DEPENDENCY = { $package } exige um destes: { $packages }. Adicione um.
package-NO_BASE_PACKAGE = Falta um pacote básico. Adicione um destes: { $packages }.
package-SEVERAL_BASE_PACKAGES = Há mais de um pacote básico: { $packages }. Mantenha um.
