/* short_forms -- first names that go by others. */
#include "services/signup/people/short_forms.h"

#include <string.h>

/* Those of these islands that do not begin alike; who is missed is another
 * person until staff merge them, who is found too often is asked. */
static const char *const rows[] = {
    "alexander alex alec sandy sasha xander",
    "alexandra alex lexi sandra sandy sasha",
    "andrew andy drew",
    "ann anne anna annie nan",
    "anthony antony tony ant",
    ("catherine catharine katherine katharine kathryn kathleen cath kath cathy "
     "kathy kate katie kay kitty cat kat"),
    "charles charlie chas chuck",
    "charlotte charlie lottie",
    "christine christina kristina chris chrissie tina",
    "christopher chris kit",
    "david dave davy dai dewi",
    "deborah debra deb debbie",
    "dorothy dot dottie dolly",
    "edward ed eddie ted teddy ned",
    "eleanor ellie elle nell nora",
    "elizabeth elisabeth eliza liz lizzie beth betty bess libby lisa elsie",
    "emily emma em millie",
    "frances francis fran frankie frank",
    "frederick fred freddie",
    "geoffrey jeffrey geoff jeff",
    "gillian gill jill jilly",
    "gwendolen gwendoline gwen",
    "henry harry hal hank",
    "isabella isabel isobel izzy bella belle",
    "jacqueline jackie jacqui",
    "james jim jimmy jamie",
    "jennifer jen jenny jennie",
    "joanna joanne jo",
    "john jon jack johnny ioan",
    "jonathan jon jonny johnny",
    "joseph joe joey",
    "josephine jo josie",
    "judith judy jude",
    "laurence lawrence larry laurie",
    "margaret marge margie maggie madge meg megan peg peggy greta",
    "mary molly polly may maria mair",
    "michael mike mick mickey",
    "muhammad mohammed mohamed mohammad mohamad muhammed",
    "nicholas nicolas nick nicky",
    "nicola nichola nicky nikki",
    "pamela pam pammy",
    "patricia pat patsy patty tricia trish",
    "patrick pat paddy",
    "philip phillip phil pip",
    "rebecca rebekah becky becca bex",
    "richard rick ricky dick rich richie",
    "robert rob robbie bob bobby bert",
    "rosemary rose rosie",
    "samantha sam sammy",
    "samuel sam sammy",
    "sarah sara sally sadie",
    "stephen steven steve stevie",
    "susan susannah suzanne sue susie suzy",
    "theresa teresa terry tess tessa",
    "thomas tom tommy",
    "timothy tim timmy",
    "victoria vicky vicki tori",
    "virginia ginny ginnie",
    "william will bill billy liam wil gwilym",
    "winifred winnie freda",
};

static bool
has_word(const char *row, const char *word, size_t len)
{
    for (const char *at = row; *at != '\0';) {
        size_t found = strcspn(at, " ");
        if (found == len && memcmp(at, word, len) == 0) {
            return true;
        }
        at += found + (at[found] == ' ');
    }
    return false;
}

bool
short_forms_match(const char *a, size_t a_len, const char *b, size_t b_len)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (has_word(rows[i], a, a_len) && has_word(rows[i], b, b_len)) {
            return true;
        }
    }
    return false;
}
