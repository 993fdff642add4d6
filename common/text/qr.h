/* qr -- a QR code (ISO/IEC 18004) as SVG text.
 *
 * Wraps libqrencode; no other file sees it. Error correction level M, quiet
 * zone of four modules included, one unit of the view box a module, black on
 * white whatever the page's theme, so that it scans from a screen at night. */
#ifndef COMMON_TEXT_QR_H
#define COMMON_TEXT_QR_H

#include <stdbool.h>

#include "common/base/base.h"

#define QR_TEXT_BYTES_MAX 1000 /* still readable from a phone's screen */

/* Appends one <svg> element. text: what the code holds, 1 to
 * QR_TEXT_BYTES_MAX bytes; title: what a screen reader says, escaped here.
 * False when text is empty or too long; to is then as it was. */
MUST_CHECK bool qr_add_svg(const char *text, const char *title, struct buf *to);

#endif
