//go:build unix

package sandbox

import (
	"os"
	"syscall"
)

// ownership is the owner of the files in a folder; nil stands for the current user.
type ownership struct{ uid, gid int }

// folderOwner returns the owner of a folder, nil if this process isn't root, because only
// root can change the owner of a file.
func folderOwner(dir string) *ownership {
	info, err := os.Stat(dir)
	if err != nil || os.Geteuid() != 0 {
		return nil
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return &ownership{int(stat.Uid), int(stat.Gid)}
}

func (o *ownership) chownFile(root *os.Root, name string) error {
	if o == nil {
		return nil
	}
	return root.Chown(name, o.uid, o.gid)
}
