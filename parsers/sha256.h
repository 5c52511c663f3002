/*
 * sha256.h - SHA-256 (FIPS 180-4) of short strings; YARN's IFile carries that of its application.
 */
#ifndef SPARKDX_PARSERS_SHA256_H
#define SPARKDX_PARSERS_SHA256_H

#include "base/base.h"
#include "base/str.h"

enum { SHA256_BYTES = 32 };

void sha256(struct str message, unsigned char digest[SHA256_BYTES]);

#endif
