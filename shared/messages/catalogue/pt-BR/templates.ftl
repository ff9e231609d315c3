NOT_A_PARTNER = Modelos pertencem a parceiros, e esta organização não é um parceiro. Atribua a ela primeiro a função de parceiro.
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
