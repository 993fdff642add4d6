/* qr -- a QR code as SVG text, over libqrencode.
 *
 * One <path> holds every run of dark modules, so that the code of a ticket
 * is about 8 kB and draws at once on an old phone. */
#include "common/text/qr.h"

#include <qrencode.h>
#include <string.h>

#define QUIET_MODULES 4

static void
add_escaped(struct buf *to, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        switch (*c) {
        case '&':
            buf_add_string(to, "&amp;");
            break;
        case '<':
            buf_add_string(to, "&lt;");
            break;
        case '>':
            buf_add_string(to, "&gt;");
            break;
        case '"':
            buf_add_string(to, "&quot;");
            break;
        default:
            buf_add_byte(to, (uint8_t)*c);
        }
    }
}

static bool
is_dark(const QRcode *code, int x, int y)
{
    return (code->data[y * code->width + x] & 1) != 0;
}

static void
add_row(const QRcode *code, int y, struct buf *to)
{
    int x = 0;
    while (x < code->width) {
        int run = 0;
        while (x + run < code->width && is_dark(code, x + run, y)) {
            run++;
        }
        if (run > 0) {
            buf_printf(to, "M%d %dh%dv1h-%dz", x + QUIET_MODULES,
                       y + QUIET_MODULES, run, run);
        }
        x += run + 1;
    }
}

bool
qr_add_svg(const char *text, const char *title, struct buf *to)
{
    size_t len = strlen(text);
    if (len == 0 || len > QR_TEXT_BYTES_MAX) {
        return false;
    }
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (code == NULL) {
        return false;
    }
    int side = code->width + 2 * QUIET_MODULES;
    buf_printf(to,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
               "viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\"><title>",
               side, side);
    add_escaped(to, title);
    buf_printf(to,
               "</title><path fill=\"#fff\" d=\"M0 0h%dv%dh-%dz\"/>"
               "<path fill=\"#000\" d=\"",
               side, side, side);
    for (int y = 0; y < code->width; y++) {
        add_row(code, y, to);
    }
    buf_add_string(to, "\"/></svg>");
    QRcode_free(code);
    return true;
}
