//go:build !unix

package sandbox

import "os"

// ownership is empty here: a file belongs to the user that creates it.
type ownership struct{}

func folderOwner(string) *ownership { return nil }

func (*ownership) chownFile(*os.Root, string) error { return nil }
