package kind

// Inheritance declares that responses about a resource can contain values that it
// inherits, such as the roles that a user has through Teams. Inherited values are
// effective but not assigned to the resource, so this action never compares, removes,
// sends or exports them.
type Inheritance struct {
	Kind          string   // kind of the sources that values are inherited from: "team"
	Path, Member  string   // list of the sources of one resource, and the response member that holds it
	Fields        []string // fields whose values can be inherited
	BaselineValue string   // value that every resource has in a field that isn't a list
}
