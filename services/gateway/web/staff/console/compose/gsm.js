// @ts-check
// gsm -- how many SMS parts a text needs (3GPP TS 23.038, 23.040).
//
// The same arithmetic as common/text/gsm.c: 160/153 septets, 70/67 UTF-16 units;
// an escape pair or a surrogate pair is never split over two parts.

const BASIC =
    '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ' +
    ' !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§' +
    '¿abcdefghijklmnopqrstuvwxyzäöñüà';
const EXTENDED = '^{}\\[]~|€\f';

/** @param {number[]} costs @param {number} single @param {number} each */
function partsOf(costs, single, each) {
    const units = costs.reduce((sum, c) => sum + c, 0);
    if (units === 0) return {parts: 0, units};
    if (units <= single) return {parts: 1, units};
    let parts = 1;
    let room = each;
    for (const cost of costs) {
        if (cost > room) {
            parts++;
            room = each;
        }
        room -= cost;
    }
    return {parts, units};
}

/**
 * {parts, units, isUcs2, unusual}: unusual lists the characters that cost.
 *
 * @param {string} text
 */
export function countSms(text) {
    const chars = Array.from(text);
    const unusual = chars.filter(
        (c) => !BASIC.includes(c) && !EXTENDED.includes(c),
    );
    const isUcs2 = unusual.length > 0;
    const counted = isUcs2
        ? partsOf(
              chars.map((c) => c.length),
              70,
              67,
          )
        : partsOf(
              chars.map((c) => (EXTENDED.includes(c) ? 2 : 1)),
              160,
              153,
          );
    return {...counted, isUcs2, unusual: [...new Set(unusual)]};
}
