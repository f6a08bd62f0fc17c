//! What the tests of the whole suite share; the tests themselves lie beside this folder.
