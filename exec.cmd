@rem The scripts of package.json begin with "exec", so that npm's signals reach Node and not a shell; cmd.exe has no such word.
@%*
