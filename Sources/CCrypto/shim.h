#ifndef PTRAIN_CCRYPTO_SHIM_H
#define PTRAIN_CCRYPTO_SHIM_H
#include <openssl/evp.h>
#endif
