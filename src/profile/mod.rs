//! The profile model: columns, names, units. Depends on nothing.
