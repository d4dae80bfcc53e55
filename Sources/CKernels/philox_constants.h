// Constants of Philox4x32-10 (Salmon et al. 2011, section 4.3 and the Random123 sources it describes).
#ifndef PTRAIN_PHILOX_CONSTANTS_H
#define PTRAIN_PHILOX_CONSTANTS_H

#define PHILOX_ROUNDS 10
#define PHILOX_MULTIPLIER0 0xD2511F53u
#define PHILOX_MULTIPLIER1 0xCD9E8D57u
#define PHILOX_KEY_STEP0 0x9E3779B9u
#define PHILOX_KEY_STEP1 0xBB67AE85u

#endif
