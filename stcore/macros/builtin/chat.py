MACROS = ()
