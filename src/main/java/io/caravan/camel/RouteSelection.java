package io.caravan.camel;

import io.caravan.transform.Selection;
import io.caravan.verify.KeyMapping;
import java.util.List;

/**
 * What every {@link Selection} of a route selects. Immutable.
 *
 * @param selections of the route's steps
 */
record RouteSelection(List<Selection> selections) implements KeyMapping.Selection {

    RouteSelection {
        selections = List.copyOf(selections);
    }

    @Override
    public boolean selects(int database, byte[] key) {
        return selections.stream().allMatch(selection -> selection.selects(database, key));
    }

    @Override
    public boolean selects(int database) {
        return selections.stream().allMatch(selection -> selection.selects(database));
    }

    @Override
    public boolean goesByName() {
        return selections.stream().anyMatch(Selection::selectsByKey);
    }
}
