/* match -- one chunk of an audience, evaluated over columns. */
#include "services/signup/audience/match.h"

#include <string.h>

static void
or_bytes(const uint8_t *column, const bool wanted[256], unsigned people,
         uint8_t *bits)
{
    for (unsigned i = 0; i < people; i += 8) {
        unsigned byte = 0;
        for (unsigned b = 0; b < 8; b++) {
            byte |= (unsigned)wanted[column[i + b]] << b;
        }
        bits[i / 8] |= (uint8_t)byte;
    }
}

/* The same over two bytes a person. */
static void
or_values(const struct plan_term *term, const struct match_chunk *chunk,
          uint8_t *bits)
{
    const uint8_t *low = chunk->slots[term->byte_slots[0]],
                  *high = chunk->slots[term->byte_slots[1]];
    for (unsigned i = 0; i < chunk->people; i += 8) {
        unsigned byte = 0;
        for (unsigned b = 0; b < 8; b++) {
            unsigned page = term->page_of[high[i + b]];
            byte |= (unsigned)term->wanted[page][low[i + b]] << b;
        }
        bits[i / 8] |= (uint8_t)byte;
    }
}

static void
or_bits(const uint8_t *column, uint8_t *bits)
{
    for (size_t i = 0; i < CHUNK_BIT_BYTES; i++) {
        bits[i] |= column[i];
    }
}

static void
match_term(const struct plan_term *term, const struct match_chunk *chunk,
           uint8_t *bits)
{
    memset(bits, term->is_all ? 0xff : 0, CHUNK_BIT_BYTES);
    if (term->byte_count == 1) {
        or_bytes(chunk->slots[term->byte_slots[0]],
                 term->wanted[term->page_of[0]], chunk->people, bits);
    } else if (term->byte_count > 1) {
        or_values(term, chunk, bits);
    }
    for (size_t i = 0; i < term->bit_slot_count; i++) {
        or_bits(chunk->slots[term->bit_slots[i]], bits);
    }
}

/* Ones for the people there are: not for who was merged into another, or
 * taken back. */
static void
fill_people(const struct match_chunk *chunk, uint8_t *bits)
{
    const unsigned gone = FLAG_GONE >> 8;
    const uint8_t *high = chunk->slots[PLAN_SLOT_FLAGS_HIGH];
    memset(bits, 0, CHUNK_BIT_BYTES);
    for (unsigned i = 0; i < chunk->people; i += 8) {
        unsigned byte = 0;
        for (unsigned b = 0; b < 8; b++) {
            byte |= (unsigned)((high[i + b] & gone) == 0) << b;
        }
        bits[i / 8] = (uint8_t)byte;
    }
    if (chunk->people % 8 != 0) {
        bits[chunk->people / 8] &= (uint8_t)((1U << (chunk->people % 8)) - 1);
    }
}

unsigned
match_people(const struct plan *plan, const struct match_chunk *chunk,
             uint8_t *bits)
{
    uint8_t term_bits[CHUNK_BIT_BYTES];
    fill_people(chunk, bits);
    for (size_t t = 0; t < plan->term_count; t++) {
        match_term(&plan->terms[t], chunk, term_bits);
        uint8_t flip = plan->terms[t].is_not ? 0xff : 0;
        for (size_t i = 0; i < CHUNK_BIT_BYTES; i++) {
            bits[i] = (uint8_t)(bits[i] & (term_bits[i] ^ flip));
        }
    }
    unsigned count = 0;
    for (size_t i = 0; i < CHUNK_BIT_BYTES; i++) {
        count += (unsigned)__builtin_popcount(bits[i]);
    }
    return count;
}

/* Who has a place at the action: see rules_is_place. */
static void
fill_places(const struct plan *plan, const struct match_chunk *chunk,
            uint8_t *places)
{
    memset(places, 0, CHUNK_BIT_BYTES);
    for (size_t i = 0; i < plan->place_slot_count; i++) {
        or_bits(chunk->slots[plan->place_slots[i]], places);
    }
}

void
match_rules(const struct plan *plan, const struct match_chunk *chunk,
            const uint8_t *bits, const struct rules_table *table,
            struct match_result *result)
{
    uint8_t places[CHUNK_BIT_BYTES];
    fill_places(plan, chunk, places);
    if (result->eligible != NULL) {
        memset(result->eligible, 0, CHUNK_BIT_BYTES);
    }
    const uint8_t *low = chunk->slots[PLAN_SLOT_FLAGS],
                  *high = chunk->slots[PLAN_SLOT_FLAGS_HIGH];
    for (size_t i = 0; i < CHUNK_BIT_BYTES; i++) {
        for (unsigned left = bits[i]; left != 0; left &= left - 1) {
            unsigned b = (unsigned)__builtin_ctz(left);
            bool has_place = ((unsigned)places[i] >> b & 1U) == 1;
            unsigned key = table->low[low[i * 8 + b]] |
                           table->high[high[i * 8 + b]] |
                           (has_place ? table->place : 0);
            uint8_t rule = table->rule[key];
            result->counts[rule]++;
            if (result->eligible != NULL && rule == 0) {
                result->eligible[i] |= (uint8_t)(1U << b);
            }
        }
    }
}
