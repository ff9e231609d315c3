LOCATION_EXISTS = Já existe um local com este nome. Escolha outro nome.
HEADQUARTERS_EXISTS = O cliente já tem uma sede. Altere-a ou adicione uma filial.
UNKNOWN_PACKAGE = Fora do catálogo ou não destinado a usuários: { $packages }. Escolha outro pacote.
UNKNOWN_LOCATION = Alguns locais não pertencem a este cliente. Corrija os que estão indicados.
UNKNOWN_TARGET = Este destino não pertence ao cliente nem ao parceiro dele. Escolha outro.
USERS_EXIST = { $count ->
    [one] Já existe um usuário com este endereço. Retire-o ou corrija o endereço.
   *[other] { $count } destes usuários já existem. Retire-os ou corrija os endereços.
}
TARGET_EXISTS = A organização já tem um destino com este nome. Escolha outro nome.
NOT_A_SIMULATOR = Só um simulador pode mostrar o que recebeu.
TARGET_UNAVAILABLE = O sistema de destino não responde. Uma nova tentativa será feita automaticamente.
TARGET_REFUSED = O sistema de destino recusou a conta. Corrija os dados que ele indica e tente novamente.
