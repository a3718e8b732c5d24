package io.caravan.control;

import io.caravan.verify.VerifySettings;

/**
 * How something is to be done to a task; what does not concern it is not looked at.
 *
 * @param verify how a verification is made
 * @param repair whether a verification writes what differs again
 * @param cutover how a cutover is made
 */
record ActionOptions(VerifySettings verify, boolean repair, Cutover.Settings cutover) {}
