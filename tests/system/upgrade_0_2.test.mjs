// upgrade_0_2 -- from a var/ of 0.2: see tests/support/upgrade.mjs.
import '../support/upgrade.mjs?0.2';
