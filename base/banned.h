#ifndef SPARKDX_BASE_BANNED_H
#define SPARKDX_BASE_BANNED_H
#define BANNED(func) sorry_##func##_is_banned
#undef strcpy
#define strcpy(d, s) BANNED(strcpy)
#undef strtok
#define strtok(s, d) BANNED(strtok)
#undef sprintf
#define sprintf(...) BANNED(sprintf)
#undef atoi
#define atoi(s) BANNED(atoi)
#endif
